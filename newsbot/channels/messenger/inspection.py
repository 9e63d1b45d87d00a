"""What `newsbot doctor` looks at on the Page: token, permissions, subscription, webhook address, profile, enforcement.

Each question to the platform has its own function, and what its answer means is decided purely beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from newsbot.channels.channel import Loss
from newsbot.channels.messenger.enforcement import Enforcement, Measure
from newsbot.channels.messenger.graph import GraphApi, GraphRefused
from newsbot.channels.messenger.profile import Profile
from newsbot.channels.messenger.profile_differences import Difference
from newsbot.channels.messenger.profile_sync import ProfileSync, TooManyCalls
from newsbot.channels.messenger.subscription import WANTED, missing_fields
from newsbot.domain.finding import Finding, State
from newsbot.errors import ChannelUnavailable

__all__ = [
    "CHECKLIST",
    "callback_finding",
    "enforcement_findings",
    "inspect_callback",
    "inspect_profile",
    "inspect_subscription",
    "inspect_token",
    "profile_finding",
    "subscription_finding",
    "token_findings",
]

#: without these the Page can neither write nor be subscribed
NEEDED: Final = ("pages_messaging", "pages_manage_metadata")
EXPIRES_SOON: Final = timedelta(days=14)
WARNED_LATELY: Final = timedelta(days=30)

#: what no question answers
CHECKLIST: Final = Finding(
    State.NOTE,
    "by hand",
    "no call tells these: that the app is published and pages_messaging has Advanced Access (until then only people "
    "with a role on the app are answered, others give errors 10 and 200); that automations and AI replies in Meta "
    "Business Suite are off (docs/messenger.md)",
)


async def inspect_token(api: GraphApi, token: str, now: datetime) -> tuple[list[Finding], str]:
    """And our app's id, '' where it is not told. Raises ChannelUnavailable."""
    try:
        answer = await api.ask("GET", "debug_token", query={"input_token": token})
    except GraphRefused as refusal:
        words = f"what the token may do can't be asked with it: {refusal.error}"
        return [Finding(State.NOTE, "page token", words)], ""
    data = answer.get("data")
    known: Mapping[str, Any] = data if isinstance(data, dict) else {}
    return token_findings(known, now), str(known.get("app_id") or "")


def token_findings(known: Mapping[str, Any], now: datetime) -> list[Finding]:
    """What a token's description says: whether it is one, how long, and what it may do."""
    what = "page token"
    if known.get("is_valid") is False:
        remedy = "make a new Page token and set NEWSBOT_MESSENGER__PAGE_TOKEN"
        return [Finding(State.WRONG, what, f"it is no longer valid: {remedy}")]
    return [*_lifetime(known, now), *_permissions(known.get("scopes"))]


def _lifetime(known: Mapping[str, Any], now: datetime) -> list[Finding]:
    ends = [_moment(known.get(name)) for name in ("expires_at", "data_access_expires_at")]
    end = min((one for one in ends if one is not None), default=None)
    if end is None:
        return [Finding(State.WELL, "page token", "it does not expire")]
    remedy = "take a token of a system user, or make a new one and set NEWSBOT_MESSENGER__PAGE_TOKEN"
    if end <= now:
        return [Finding(State.WRONG, "page token", f"it expired on {end:%Y-%m-%d}: {remedy}")]
    state = State.NOTE if end - now <= EXPIRES_SOON else State.WELL
    tail = f", in {(end - now).days} days: {remedy}" if state is State.NOTE else ""
    return [Finding(state, "page token", f"it expires on {end:%Y-%m-%d}{tail}")]


def _moment(value: object) -> datetime | None:
    """None for 0, which is never, and for what is no moment."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _permissions(scopes: object) -> list[Finding]:
    if not isinstance(scopes, list):
        return [Finding(State.NOTE, "permissions", f"they are not told; it needs {' and '.join(NEEDED)}")]
    missing = [name for name in NEEDED if name not in scopes]
    if not missing:
        return [Finding(State.WELL, "permissions", ", ".join(NEEDED))]
    words = f"the token lacks {' and '.join(missing)}: add them to the app, then make a new Page token"
    return [Finding(State.WRONG, "permissions", words)]


async def inspect_subscription(api: GraphApi, app_id: str) -> Finding:
    """Raises ChannelUnavailable."""
    try:
        return subscription_finding(await missing_fields(api, app_id))
    except GraphRefused as refusal:
        return Finding(State.WRONG, "subscription", f"it can't be asked for: {refusal.error}")


def subscription_finding(missing: Sequence[str]) -> Finding:
    if not missing:
        return Finding(State.WELL, "subscription", f"the app gets all {len(WANTED)} kinds of events of the Page")
    what = "nothing that readers write" if len(missing) == len(WANTED) else f"no {', '.join(missing)}"
    return Finding(State.WRONG, "subscription", f"the app gets {what}: newsbot messenger subscribe")


async def inspect_callback(app: GraphApi, app_id: str, expected: str) -> Finding:
    """Where the platform sends events. `app`: the Graph API with the app's own token, which is no Page's."""
    try:
        return callback_finding(await app.ask("GET", f"{app_id}/subscriptions"), expected)
    except (GraphRefused, ChannelUnavailable) as trouble:
        return Finding(State.NOTE, "webhook address", f"which one the app has can't be asked: {trouble}")


def callback_finding(answer: Mapping[str, Any], expected: str) -> Finding:
    what = "webhook address"
    data = answer.get("data")
    apps = [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []
    pages = [one for one in apps if one.get("object") == "page"]
    remedy = f"in the app's dashboard (Messenger, Webhooks) write {expected} and your NEWSBOT_MESSENGER__VERIFY_TOKEN"
    if not pages:
        return Finding(State.WRONG, what, f"the app has none for Pages: {remedy}")
    url = str(pages[0].get("callback_url") or "")
    if url.rstrip("/") != expected:
        return Finding(State.WRONG, what, f"the app has {url}: {remedy}")
    if pages[0].get("active") is False:
        return Finding(State.WRONG, what, f"the app has {url}, but switched off: {remedy}")
    return Finding(State.WELL, what, url)


async def inspect_profile(sync: ProfileSync, wanted: Profile, losses: Sequence[Loss]) -> list[Finding]:
    """Whether the Page shows what it should. Raises ChannelUnavailable, StoreUnavailable."""
    try:
        found = [profile_finding(await sync.differences(wanted))]
    except TooManyCalls as pause:
        found = [Finding(State.NOTE, "profile", str(pause))]
    except GraphRefused as refusal:
        found = [Finding(State.NOTE, "profile", f"it can't be asked for: {refusal.error}")]
    if losses:
        words = f"{len(losses)} things can't be shown as meant: newsbot messenger sync --dry-run"
        found.append(Finding(State.NOTE, "profile", words))
    return found


def profile_finding(found: Sequence[Difference]) -> Finding:
    if not found:
        return Finding(State.WELL, "profile", "greeting, menu and first questions stand as they should")
    first, more = found[0].words, f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return Finding(State.NOTE, "profile", f"it differs: {first}{more}: newsbot messenger sync")


async def enforcement_findings(enforcement: Enforcement, now: datetime) -> list[Finding]:
    """What the platform did to the Page and told us of. Raises StoreUnavailable."""
    what = "page standing"
    found = []
    block, warning = await enforcement.blocked(), await enforcement.last_warning()
    if block is not None:
        words = (
            f"blocked since {block.at:%Y-%m-%d %H:%M} UTC{_reason(block)}; alerts on Messenger wait. "
            "See “Page quality”; if Facebook has lifted it and we were not told: newsbot messenger resume"
        )
        found.append(Finding(State.WRONG, what, words))
    if warning is not None and now - warning.at <= WARNED_LATELY:
        words = f"warned on {warning.at:%Y-%m-%d}{_reason(warning)}: see “Page quality”"
        found.append(Finding(State.NOTE, what, words))
    return found


def _reason(measure: Measure) -> str:
    return f" ({measure.reason})" if measure.reason else ""
