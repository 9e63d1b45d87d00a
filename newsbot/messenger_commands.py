"""What an operator does to the newsroom's Page by hand. Nothing of it happens by itself when the program starts."""

from __future__ import annotations

import typer

from newsbot.bootstrap import Parts
from newsbot.channels.messenger import subscription
from newsbot.channels.messenger.inspection import inspect_token
from newsbot.channels.messenger.receiver import CHANNEL
from newsbot.config import Settings
from newsbot.delivery.notices import Event
from newsbot.errors import NewsbotError
from newsbot.messenger_page import MessengerPage


async def sync_profile(settings: Settings, *, dry_run: bool) -> None:
    """Say what the Page's profile has that it should not and lacks that it should, and write it unless `dry_run`."""
    async with Parts(settings) as parts:
        page = MessengerPage(parts)
        wanted, losses = page.profile()
        await (await page.api()).check_token()
        sync = await page.sync()
        found = await sync.differences(wanted)
        for difference in found:
            typer.echo(difference.words)
        for loss in losses:
            typer.echo(f"can't be shown as meant: {loss.what}: {loss.how}")
        if not found:
            typer.echo("The Page shows everything as it should.")
        elif dry_run:
            typer.echo("Nothing was written (--dry-run).")
        else:
            await sync.write(wanted, found)
            typer.echo("Written. Facebook may take a day to show it to everyone.")


async def subscribe(settings: Settings) -> None:
    """Have the platform send us the Page's events. Raises NewsbotError when it says yes and doesn't."""
    async with Parts(settings) as parts:
        page = MessengerPage(parts)
        api = await page.api()
        await api.check_token()
        _, app_id = await inspect_token(api, page.token, parts.clock())  # other apps may be subscribed too
        before = await subscription.missing_fields(api, app_id)
        if not before:
            typer.echo(f"The app gets all {len(subscription.WANTED)} kinds of events already.")
            return
        await subscription.subscribe(api)
        if missing := await subscription.missing_fields(api, app_id):
            raise NewsbotError(f"the platform accepted it, but the app still gets no {', '.join(missing)}: ask again")
        typer.echo(f"The app now gets {', '.join(before)}.")


async def resume(settings: Settings) -> None:
    """Take the platform's block of the Page for over."""
    async with Parts(settings) as parts:
        now = parts.clock()
        ended = await (await MessengerPage(parts).enforcement()).resume(now)
        if ended is not None:
            origin = f"{CHANNEL}:resume:{now.isoformat()}"
            await (await parts.notices()).note(CHANNEL, Event.RESUME, "", origin=origin, now=now)
    if ended is None:
        typer.echo("The Page is not blocked, as far as we were told.")
        return
    reason = f" ({ended.reason})" if ended.reason else ""
    typer.echo(f"Blocked since {ended.at:%Y-%m-%d %H:%M} UTC{reason}; alerts on Messenger now go on.")
