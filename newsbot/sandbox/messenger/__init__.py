"""A Graph API server for one Facebook Page on this machine: real clients use it unchanged, simulated readers are on the
other side, and the platform's rules are enforced with its own error codes.

Put together::

    state = GraphState.open()                  # or GraphState.open(PageAccount(token=…), folder=…, limits=…)
    app = create_messenger_app(state)          # aiohttp.web.Application: /v26.0/me/messages, …, /sandbox/messenger/…
    add_messenger_routes(app, state)           # …or the same routes and background tasks in an app of your own
    readers = ReaderSide(state)                # what people do in Messenger
    state.close()                              # writes what is unwritten and lets go of the folder

`state.account` is the `PageAccount`: id, name, token, app_id, app_secret, verify_token. Everything lives in memory
in one event loop; the reader's side is made of plain methods that change the state, queue the events a webhook would
get, and return at once. People are named by their page-scoped id (`person.id`, text of 16 digits), messages by their
mid.

Time is virtual: `state.clock()` is the machine's time (seconds since 1970) until `state.advance(seconds)` moves it
ahead. Windows, the age of ids, the hour after which a failing webhook is unsubscribed go by it.

The webhook: `PUT /sandbox/messenger/webhook {"url": …}` verifies the address and subscribes the Page to everything,
as one does in the app's dashboard; `POST /<APP>/subscriptions` and `POST /<PAGE>/subscribed_apps` do the same by the
Graph API, and `ServerOptions(callback=url)` as soon as something answers there.

The reader's side (`ReaderSide`; raises `SandboxError` with a plain sentence when asked for the impossible). What is
tapped is named by `payload` or `title`::

    add_person(first_name, *, person_id=None, last_name="", locale="bn_IN", started=False) -> Person
    add_virtual_people(first_id, count, *, blocked=0.0, deactivated=0.0, outside=0.0, locales=("bn_IN",), seed=0,
                       slow=0.0, slow_seconds=0.0) -> VirtualPeople
    send_text(person_id, text, *, reply_to=None) -> bubble          # finds the profile's commands
    send_sticker(person_id, sticker_id=LIKE) -> bubble
    send_file(person_id, kind="image", *, data=b"", content_type="image/png", filename="") -> bubble
    send_location(person_id, latitude, longitude) -> bubble
    send_link(person_id, url, *, title="", text="") -> bubble
    edit_text(person_id, mid, text) -> bubble · take_back(person_id, mid)
    tap_quick_reply(person_id, payload=None, *, title=None) -> bubble    # of the last message; they vanish
    tap_button(person_id, mid, payload=None, *, title=None) -> bubble    # a postback button of a template
    tap_menu(person_id, payload=None, *, title=None) -> bubble
    tap_ice_breaker(person_id, payload=None, *, title=None) -> bubble    # in an empty thread
    get_started(person_id, ref=None) -> bubble                           # in an empty thread without ice breakers
    open_link(person_id, ref=None)                                       # m.me/<page>?ref=…
    click_ad(person_id, ad_id, *, ref="", title="")                      # the next message opens seven days
    react(person_id, mid, emoji="❤") -> bubble · unreact(person_id, mid) -> bubble
    read(person_id)
    block(person_id) · unblock(person_id) · delete_account(person_id) · delete_conversation(person_id)
    close_window(person_id) · stop(person_id) · resume(person_id)        # stop: by Messenger's own control
    persons() -> list[Person] · person(person_id) -> Person
    view(person_id, *, limit=50) -> list[bubble]                         # oldest first
    welcome(person_id) -> {"greeting", "get_started": bool, "ice_breakers": [{"question", "payload"}]}

Others with a hand on the Page (`PageSide`)::

    write(person_id, text, *, app_id=INBOX_APP_ID, metadata="", take=True) -> bubble    # from the Page's inbox
    hand_back(person_id)                                 # the thread is the program's again
    enforce(action, reason="")                           # the platform: "warning", "block", "unblock"
    expire_token(trouble="expired") · renew_token(token="") -> str

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
    cleared        {}: the person deleted the conversation
    reset          {}: the state was emptied (chat_id "")
    overflow       {}: a follower too slow for the feed lost changes and should read the view again

For pages, `state.profile` has `greeting(locale)`, `get_started`, `menu(locale)`, `ice_breakers(locale)`,
`commands(locale)`; `state.ledger` is every accepted send, `state.counters()` what rehearsals compare. What the
platform can be made to do::

    state.faults.add(Fault("drop_after", methods="messages", count=1))      # accepted, the answer lost
    state.faults.add(Fault("event_lost", methods="message_echoes"))         # accepted, no echo
    state.faults.add(Fault("status", methods="messages", status=429, regain_minutes=5))    # or code=…, subcode=…
    state.access.expires_after = 100                                        # the token is good for so many calls more
    state.standing.restriction = "temporary"                                # see `standing`
    state.meter.limits = GraphLimits(per_second=0, calls_per_reader=0)      # none; `state.meter.ordered = Usage(…)`
    state.form = Form(held=True, together="messaging")                      # bodies; `POST /sandbox/messenger/release`

The same over HTTP: `control` and `platform_control`.
"""

from newsbot.sandbox.changes import Change
from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger.envelopes import Form
from newsbot.sandbox.messenger.faults import Fault
from newsbot.sandbox.messenger.model import DEMO_PAGE, LedgerEntry, PageAccount, Person, VirtualPeople
from newsbot.sandbox.messenger.page_side import PageSide
from newsbot.sandbox.messenger.rates import GraphLimits, Usage
from newsbot.sandbox.messenger.reader_side import LIKE, ReaderSide
from newsbot.sandbox.messenger.server import ServerOptions, add_messenger_routes, create_messenger_app
from newsbot.sandbox.messenger.state import GraphState
from newsbot.sandbox.messenger.webhook_sender import RetryPolicy

__all__ = [
    "DEMO_PAGE",
    "LIKE",
    "Change",
    "Fault",
    "Form",
    "GraphLimits",
    "GraphState",
    "LedgerEntry",
    "PageAccount",
    "PageSide",
    "Person",
    "ReaderSide",
    "RetryPolicy",
    "SandboxError",
    "ServerOptions",
    "Usage",
    "VirtualPeople",
    "add_messenger_routes",
    "create_messenger_app",
]
