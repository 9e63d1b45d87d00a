"""The commands about alerts, over the parts that `bootstrap` opens. They work beside a running newsbot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import typer

from newsbot.articles.store import ArticleStore
from newsbot.bootstrap import Parts
from newsbot.config import Settings
from newsbot.delivery import accounting
from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.ending import added, totals_of
from newsbot.delivery.explaining import KINDS, Known, Told, nobody, of_reader, state_in_brief, why, why_reader
from newsbot.delivery.ledger import Fate, Ledger
from newsbot.delivery.policy import story_of
from newsbot.domain.alert import Alert
from newsbot.domain.article import Article
from newsbot.domain.subscriber import Address, Subscriber
from newsbot.errors import ConfigurationError, NewsbotError
from newsbot.ingest.article_finder import addresses_to_look_up, find_article
from newsbot.ingest.canonical_url import InvalidUrl, canonical_url
from newsbot.text.clipping import Unit, clip

TITLE: Final = 48  #: characters of an alert's title in the list


async def alerts_why(settings: Settings, wanted: str, reader: str | None) -> None:
    """Print why an article (its id or address) was or wasn't sent, and to a reader if one is named."""
    try:
        address = None if reader is None else Address.parse(reader)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    async with Parts(settings) as parts:
        article = await article_named(await parts.articles(), wanted)
        alerts = await parts.alerts()
        ledgers = await parts.ledgers()
        subscribers = await parts.subscribers()
        told = Told(parts.timezone, parts.clock())
        ours = address is not None and address.channel in parts.accounts
        subscriber = await subscribers.get(address) if address is not None and ours else None
        known = [await _known(alert, ledgers, subscriber) for alert in await _alerts(alerts, article)]
        lines = why(article, await alerts.decision(article.id), known, told)
        if address is not None:
            history = () if subscriber is None else await subscribers.history(address)
            lines += why_reader(address, history, known, told)
    for line in lines:
        typer.echo(line)


async def alerts_list(settings: Settings, limit: int) -> None:
    """Print the newest alerts with their state and figures."""
    async with Parts(settings) as parts:
        alerts, articles, ledgers = await parts.alerts(), await parts.articles(), await parts.ledgers()
        recent = await alerts.recent(limit=limit)
        if not recent:
            typer.echo("No alerts yet.")
        for alert in recent:
            totals = alert.totals or await totals_of(ledgers, alert.id)
            state = state_in_brief(alert)
            made_at = alert.created_at.astimezone(parts.timezone)
            typer.echo(
                f"{alert.id:>6}  {made_at:%Y-%m-%d %H:%M}  {_kind(alert):18} {state:28} "
                f"{f'{totals.sent:,} of {totals.audience:,} sent':>24}  {await _title(alert, articles)}"
            )


async def alerts_show(settings: Settings, alert_id: int, *, as_json: bool) -> None:
    """Print one alert's account: everyone it was for, by channel, and what became of them."""
    async with Parts(settings) as parts:
        alert = await (await parts.alerts()).get(alert_id)
        if alert is None:
            raise NewsbotError(f"There is no alert {alert_id}: newsbot alerts list shows the newest.")
        found = {ledger.channel: await ledger.totals(alert_id) for ledger in await parts.ledgers()}
        title = await _title(alert, await parts.articles())
        account = accounting.account_of(alert, title, found, added(found.values()))
        told = Told(parts.timezone, parts.clock())
    if as_json:
        typer.echo(json.dumps(accounting.to_json(account), ensure_ascii=False))
        return
    for line in accounting.lines(account, told):
        typer.echo(line)


async def alerts_of(settings: Settings, reader: str, limit: int) -> None:
    """Print the newest alerts, and for each whether it was for this reader and what became of it, or why not."""
    try:
        address = Address.parse(reader)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    async with Parts(settings) as parts:
        alerts, articles, ledgers = await parts.alerts(), await parts.articles(), await parts.ledgers()
        subscribers = await parts.subscribers()
        subscriber = await subscribers.get(address) if address.channel in parts.accounts else None
        if subscriber is None:
            typer.echo(nobody(address))
            return
        told = Told(parts.timezone, parts.clock())
        history = await subscribers.history(address)
        recent = await alerts.recent(limit=limit)
        if not recent:
            typer.echo("No alerts yet.")
        for alert in recent:
            known = await _known(alert, ledgers, subscriber)
            had = [] if known.fate.in_audience else await _had_before(alert, alerts, ledgers, subscriber)
            typer.echo(f"{alert.id:>6}  {told.at(alert.created_at)}  {_kind(alert):18} {await _title(alert, articles)}")
            typer.echo(f"        {of_reader(known, history, had, told)}")


async def _had_before(alert: Alert, alerts: AlertStore, ledgers: Sequence[Ledger], subscriber: Subscriber) -> list[int]:
    """Alerts of the same story, before this one, that were for the reader."""
    if not alert.story:
        return []
    before = [one for one in await alerts.of_story(alert.story) if one.id < alert.id]
    return [one.id for one in before if (await _fate(one, ledgers, subscriber)).in_audience]


def _kind(alert: Alert) -> str:
    return KINDS[alert.kind] if alert.kind.touches_copies else f"{alert.cls.value} {KINDS[alert.kind]}"


async def article_named(articles: ArticleStore, wanted: str) -> Article:
    """By its id or its address. Raises ConfigurationError or NewsbotError."""
    if wanted.isdecimal():
        article = await articles.get(int(wanted))
    else:
        try:
            url = canonical_url(wanted)
        except InvalidUrl as error:
            raise ConfigurationError(f"ARTICLE is an article's id or its address: {error}") from None
        article = find_article([url], await articles.known_urls(addresses_to_look_up([url])))
    if article is None:
        raise NewsbotError(f"No article {wanted} is stored: it never came, or is older than articles are kept.")
    return article


async def _alerts(alerts: AlertStore, article: Article) -> list[Alert]:
    """Those that show the article or another of its story, and what was done to their copies."""
    shown = (*await alerts.of_article(article.id), *await alerts.of_story(story_of(article)))
    found = {alert.id: alert for alert in shown}
    for alert in list(found.values()):
        found |= {one.id: one for one in await alerts.copies_touched(alert.id)}
    return [found[alert_id] for alert_id in sorted(found)]


async def _known(alert: Alert, ledgers: Sequence[Ledger], subscriber: Subscriber | None) -> Known:
    fate = Fate() if subscriber is None else await _fate(alert, ledgers, subscriber)
    return Known(alert, alert.totals or await totals_of(ledgers, alert.id), fate)


async def _fate(alert: Alert, ledgers: Sequence[Ledger], subscriber: Subscriber) -> Fate:
    for ledger in ledgers:
        if ledger.channel == subscriber.address.channel:
            return await ledger.fate(alert.id, subscriber.slot)
    return Fate()


async def _title(alert: Alert, articles: ArticleStore) -> str:
    if alert.of:
        return f"of alert {alert.of}"
    article = await articles.get(alert.article_id)
    words = article.headline if article is not None else alert.text.plain if alert.text is not None else ""
    return clip(" ".join(words.split()), TITLE, unit=Unit.GRAPHEME)
