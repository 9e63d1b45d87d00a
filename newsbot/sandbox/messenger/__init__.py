"""A Graph API server for one Facebook Page on this machine: real clients use it unchanged, simulated readers are on the
other side, and the platform's rules are enforced with its own error codes.

Put together::

    state = GraphState.open()                  # in memory; GraphState.open(PageAccount(token=…, app_secret=…))
    app = create_messenger_app(state)          # aiohttp.web.Application: /v26.0/me/messages, …, /sandbox/messenger/…
    add_messenger_routes(app, state)           # …or the same routes and background tasks in an app of your own
    readers = ReaderSide(state)                # what people do in Messenger

`state.account` is the `PageAccount`: id, name, token, app_id, app_secret, verify_token. Everything lives in memory
in one event loop; the reader's side is made of plain methods that change the state, queue the events a webhook would
get, and return at once. People are named by their page-scoped id (`person.id`, text of 16 digits), messages by their
mid.

Time is virtual: `state.clock()` is the machine's time (seconds since 1970) until `state.advance(seconds)` moves it
ahead. Windows, the age of ids, the hour after which a failing webhook is unsubscribed go by it.

The webhook: `PUT /sandbox/messenger/webhook {"url": …}` verifies the address and subscribes the Page to everything,
as one does in the app's dashboard; `POST /<APP>/subscriptions` and `POST /<PAGE>/subscribed_apps` do the same by the
Graph API.

The reader's side (`ReaderSide`; raises `SandboxError` with a plain sentence when asked for the impossible)::

    add_person(first_name, *, person_id=None, last_name="", locale="bn_IN", started=False) -> Person
    get_started(person_id, ref=None) -> bubble      # the button of an empty thread; needs the profile's `get_started`
    send_text(person_id, text, *, reply_to=None) -> bubble
    send_sticker(person_id, sticker_id=LIKE) -> bubble
    tap_quick_reply(person_id, payload=None, *, title=None) -> bubble   # of the last message; they vanish
    tap_button(person_id, mid, payload=None, *, title=None) -> bubble   # a postback button of a template
    block(person_id) · unblock(person_id) · close_window(person_id)
    persons() -> list[Person] · person(person_id) -> Person
    view(person_id, *, limit=50) -> list[bubble]    # oldest first

A *bubble*, always with all of these::

    mid, at (milliseconds since 1970), outgoing (the person wrote it), app_id ("" for the person's own),
    kind            "message", or "postback": a tap, shown as its title
    text            str
    attachments     as in the Send API or the webhook: [{"type": "template"|"image"|…, "payload": {…}}]
    quick_replies   those that can be tapped now: only ever under the last message
    reply_to        {"mid", "text"} or None
    reactions       {"person": emoji, "page": emoji}, those there are
    silent          arrived without a sound (notification_type)
    read, deleted, edited   bool

The change feed, for pages that follow a thread::

    with state.changes.subscribe(chat_id=person.id) as changes:     # without chat_id: every thread
        async for change in changes:                                # Change(kind, chat_id, data)
            …

    kind           data
    message        a bubble
    changed        a bubble that got a reaction, was read, edited or taken back
    action         {"action": "typing_on" | "typing_off"}
    person         the person's own state changed (window, block): state.person_json(person)
    clock          {"now": seconds}: the clock was moved (chat_id "")
    profile        {}: menu, greeting, … changed (chat_id "")
    webhook        {}: the webhook's address or subscription changed (chat_id "")
    unsubscribed   {}: the platform unsubscribed the Page after an hour of failures (chat_id "")
    overflow       {}: a follower too slow for the feed lost changes and should read the view again

For pages, `state.profile` has `greeting(locale)`, `get_started`, `menu(locale)`, `ice_breakers(locale)`,
`commands(locale)`; `state.ledger` is every accepted send. The same over HTTP: `control`.
"""

from newsbot.sandbox.changes import Change
from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger.model import LedgerEntry, PageAccount, Person
from newsbot.sandbox.messenger.reader_side import ReaderSide
from newsbot.sandbox.messenger.server import ServerOptions, add_messenger_routes, create_messenger_app
from newsbot.sandbox.messenger.state import GraphState
from newsbot.sandbox.messenger.webhook_sender import RetryPolicy

__all__ = [
    "Change",
    "GraphState",
    "LedgerEntry",
    "PageAccount",
    "Person",
    "ReaderSide",
    "RetryPolicy",
    "SandboxError",
    "ServerOptions",
    "add_messenger_routes",
    "create_messenger_app",
]
