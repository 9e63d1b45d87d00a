"""A Telegram Bot API server for this machine: real clients use it unchanged, simulated readers are on the other side.

Put together::

    state = SandboxState.open(folder, token="10000:sandbox")  # folder=None keeps everything in memory
    app = create_telegram_app(state)        # aiohttp.web.Application: /bot<token>/…, /file/bot<token>/…,
    /sandbox/telegram/… add_telegram_routes(app, state)         # …or the same routes and background tasks in an app
    of your own readers = ReaderSide(state)             # what people do in their Telegram apps
    state.close()                           # writes what is unwritten and lets go of the folder

Everything lives in memory in one event loop, so the reader's side is made of plain methods: they change the state,
queue the updates that a bot would get, and return at once. Times come from `clock` (aware UTC), message dates are
whole seconds.

The reader's side (`ReaderSide`; raises `SandboxError` with a plain sentence when asked for the impossible)::

    add_user(first_name, *, user_id=None, last_name=None, username=None, language_code="bn", started=False) -> User
    add_virtual_users(first_id, count, *, blocked=0.0, deactivated=0.0, never_started=0.0,
                      language_codes=("bn",), seed=0, slow=0.0, slow_seconds=0.0) -> VirtualUsers
    start(user_id, payload="") -> bubble                        # the Start button or a deep link; unblocks
    send_text(user_id, text, *, entities=(), chat_id=None, reply_to=None, thread_id=None,
              anonymous=False) -> bubble                        # finds commands and links
    edit_text(user_id, message_id, text, *, entities=(), chat_id=None) -> bubble
    send_sticker(user_id, emoji="👍", *, chat_id=None) -> bubble
    send_photo(user_id, data: bytes, *, caption="", entities=(), chat_id=None) -> bubble
    send_album(user_id, pictures: [bytes], *, caption="", entities=(), chat_id=None) -> [bubble]
    forward(user_id, text, *, entities=(), photo=None, channel="", person="", chat_id=None) -> bubble
    send_location(user_id, latitude, longitude, *, chat_id=None) -> bubble
    send_contact(user_id, phone_number, first_name, *, chat_id=None) -> bubble
    press(user_id, message_id, *, chat_id=None, data=None, row=None, column=None) -> str    # callback query id
    await callback_answer(callback_query_id, timeout=10) -> {"text", "show_alert", "url"}, or None: never answered
    delete_for_me(user_id, message_id, *, chat_id=None)
    block(user_id) · unblock(user_id) · delete_account(user_id)
    add_group(title, *, kind="group"|"supergroup"|"channel", chat_id=None, members=(), bot_status="member",
              username=None, forum=False) -> Chat
    add_bot(chat_id, by) · remove_bot(chat_id, by) · promote_bot(chat_id, by) · leave_bot(chat_id)
    promote_member(chat_id, user_id, *, by=None, promoted=True)
    mute_bot(chat_id, muted=True) · add_topic(chat_id, thread_id) · migrate(chat_id) -> Chat · delete_group(chat_id)
    users() -> list[User] · user(user_id) -> User
    chats_of(user_id) -> [{"chat", "bot_status", "last": bubble | None}]
    view(chat_id, viewer_id, *, limit=50, before=None) -> list[bubble]      # oldest first, as that user's app shows it

`chat_id` defaults to the user's private chat with the bot, whose id is the user's id.

A *bubble* is the Bot API's `Message` object (text, entities with UTF-16 offsets, caption, photo, reply_markup,
reply_to_message, link_preview_options, date, edit_date…) and on top of it, always present:

    outgoing        bool          sent by the viewer
    silent          bool          arrived without a sound (disable_notification)
    deleted         bool          always false in views, which leave deleted messages out
    photo_url       str | None    path on this server (`/sandbox/telegram/files/<id>`) of the picture
    preview         dict | None   {"url", "above", "large"}: the link whose preview the app shows
    reply_keyboard  dict | None   the ReplyKeyboardMarkup, ReplyKeyboardRemove or ForceReply sent with it
                                  (`reply_markup` holds inline keyboards only)

The change feed, for pages that follow a chat::

    with state.changes.subscribe(chat_id=7) as changes:         # without chat_id: every chat
        async for change in changes:                            # Change(kind, chat_id, data)
            …

    kind              data
    message           a bubble, seen by the chat's own user in a private chat and by nobody in particular elsewhere
    edited            a bubble, the same way
    deleted           {"message_ids": [int]}
    callback_answer   {"callback_query_id", "user_id", "text", "show_alert", "url"}
    action            {"action": "typing"}
    chat              the chat's state changed (blocked, bot added, migrated…): a Chat object, plus "bot_status"
    commands          {}: the bot's commands, name or menu changed (chat_id 0)
    overflow          {}: a follower too slow for the feed lost changes and should read the view again
    reset             {}: the state was emptied (chat_id 0)

For pages, `state.bot.user_json()` is the bot, `state.commands_for(chat_id, user_id)` the commands that a menu lists
(narrowest scope, then language), `state.ledger` every accepted send, `state.counters()` what rehearsals compare.
`state.faults.add(Fault("status", methods="send*", status=500, count=3))` orders misbehaviour. The same over HTTP:
`control`.
"""

from newsbot.sandbox.changes import Change
from newsbot.sandbox.telegram.faults import Fault
from newsbot.sandbox.telegram.limits import FloodLimits
from newsbot.sandbox.telegram.model import BotAccount, Chat, LedgerEntry, User
from newsbot.sandbox.telegram.reader_side import ReaderSide, SandboxError
from newsbot.sandbox.telegram.server import ServerOptions, add_telegram_routes, create_telegram_app
from newsbot.sandbox.telegram.state import SandboxState
from newsbot.sandbox.telegram.webhook_sender import RetryPolicy

__all__ = [
    "BotAccount",
    "Change",
    "Chat",
    "Fault",
    "FloodLimits",
    "LedgerEntry",
    "ReaderSide",
    "RetryPolicy",
    "SandboxError",
    "SandboxState",
    "ServerOptions",
    "User",
    "add_telegram_routes",
    "create_telegram_app",
]
