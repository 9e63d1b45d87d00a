"""A Telegram Bot API server for this machine: real clients talk to it unchanged, simulated readers sit on the other side.

Put together::

    state = SandboxState.open(folder, token="10000:sandbox")    # folder=None keeps everything in memory
    app = create_telegram_app(state)                            # aiohttp.web.Application: /bot<token>/…, /file/bot<token>/…, /sandbox/…
    add_telegram_routes(app, state)                             # …or the same routes and background tasks in an app of your own
    readers = ReaderSide(state)                                 # what people do in their Telegram apps
    state.close()                                               # writes what is still unwritten; the app does so too when it stops

Everything lives in memory in one event loop, so the reader's side is made of plain methods: they change the state, queue the
updates that a bot would get, and return at once. Times come from `clock` (aware UTC), message dates are whole seconds.

The reader's side (`ReaderSide`; raises `SandboxError` with a plain sentence when asked for the impossible)::

    add_user(first_name, *, user_id=None, last_name=None, username=None, language_code="bn", started=False) -> User
    add_virtual_users(first_id, count, *, blocked=0.0, deactivated=0.0, never_started=0.0, language_codes=("bn",), seed=0)
    start(user_id, payload="")                                  -> bubble   # the Start button or a deep link; unblocks
    send_text(user_id, text, *, chat_id=None, reply_to=None, thread_id=None) -> bubble   # commands are recognised
    edit_text(user_id, message_id, text, *, chat_id=None)       -> bubble
    send_sticker(user_id, emoji="👍", *, chat_id=None)          -> bubble
    send_photo(user_id, data: bytes, *, caption="", chat_id=None) -> bubble
    send_location(user_id, latitude, longitude, *, chat_id=None) -> bubble
    send_contact(user_id, phone_number, first_name, *, chat_id=None) -> bubble
    press(user_id, message_id, *, chat_id=None, data=None, row=None, column=None) -> str   # callback query id (callback buttons)
    await callback_answer(callback_query_id, timeout=10) -> dict | None     # {"text", "show_alert", "url"}; None: never answered
    delete_for_me(user_id, message_id, *, chat_id=None)
    block(user_id) · unblock(user_id) · delete_account(user_id)
    add_group(title, *, kind="group"|"supergroup"|"channel", chat_id=None, members=(), bot_status="member", forum=False) -> Chat
    add_bot(chat_id, by) · remove_bot(chat_id, by) · promote_bot(chat_id, by) · leave_bot(chat_id) · mute_bot(chat_id, muted)
    migrate(chat_id) -> Chat · delete_group(chat_id)
    users() -> list[User] · user(user_id) -> User · chats_of(user_id) -> list[dict]
    view(chat_id, viewer_id, *, limit=50, before=None) -> list[bubble]      # oldest first, as that user's app shows it

`chat_id` defaults to the user's private chat with the bot, whose id is the user's id.

A *bubble* is the Bot API's `Message` object (text, entities with UTF-16 offsets, caption, photo, reply_markup, reply_to_message,
link_preview_options, date, edit_date…) and on top of it, always present:

    outgoing  bool         sent by the viewer
    silent    bool         arrived without a sound (disable_notification)
    deleted   bool         only in `deleted` changes; views leave deleted messages out
    photo_url str | None   path on this server (`/sandbox/telegram/files/<id>`) of the picture
    preview   dict | None  {"url", "above", "large"}: the link whose preview the app shows, None when there is none
    reply_keyboard  dict | None   the ReplyKeyboardMarkup, ReplyKeyboardRemove or ForceReply sent with it (`reply_markup` holds inline keyboards only)

The change feed, for pages that follow a chat::

    with state.changes.subscribe(chat_id=7) as changes:         # without chat_id: every chat
        async for change in changes:                            # Change(kind, chat_id, data)
            …

    kind              data
    message           a bubble (`outgoing` is from the view of the chat's own user in a private chat, else false)
    edited            a bubble
    deleted           {"message_ids": [int]}
    callback_answer   {"callback_query_id", "user_id", "text", "show_alert", "url"}
    action            {"action": "typing"}
    chat              the chat's own state changed (blocked, bot added, renamed, migrated): a Chat object, plus "bot_status"
    commands          {}: the bot's commands, name or menu button changed (chat_id 0); read `state.commands_for(chat_id, user_id)`
    overflow          {}: a reader too slow for the feed lost changes and should read the view again
    reset             {}: the state was emptied

For pages, `state.bot.user_json()` is the bot, `state.commands_for(chat_id, user_id)` the commands its menu lists (narrowest scope,
then language), `state.ledger` every accepted send, `state.meter.counters()` what the flood control saw.
"""
