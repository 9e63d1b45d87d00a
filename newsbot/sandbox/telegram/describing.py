"""What the bot says about itself and what it asks about chats: names, commands, menu, members, files."""

from __future__ import annotations

from typing import Any, Final

from newsbot.sandbox.telegram.api import Api, Method, find_chat
from newsbot.sandbox.telegram.arguments import Arguments
from newsbot.sandbox.telegram.errors import bad_request
from newsbot.sandbox.telegram.members import member_json, member_update, status_of
from newsbot.sandbox.telegram.model import Chat, User
from newsbot.sandbox.telegram.profile import language_code, read_commands

__all__ = ["DESCRIBING"]

_PLAIN_SCOPES: Final = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_GIFTS: Final = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


async def get_me(api: Api, arguments: Arguments) -> dict[str, Any]:
    return {
        **api.state.bot.user_json(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
    }


async def log_out(api: Api, arguments: Arguments) -> bool:
    return True


async def close(api: Api, arguments: Arguments) -> bool:
    return True


# -- commands, names, menu ------------------------------------------------------------------------------------------


async def set_my_commands(api: Api, arguments: Arguments) -> bool:
    commands = read_commands(arguments.text("commands"))
    scope, language = _scope(api, arguments), language_code(arguments.text("language_code"))
    api.state.bot.set_commands(commands, scope, language)
    return True


async def get_my_commands(api: Api, arguments: Arguments) -> list[dict[str, str]]:
    return api.state.bot.get_commands(_scope(api, arguments), language_code(arguments.text("language_code")))


async def delete_my_commands(api: Api, arguments: Arguments) -> bool:
    api.state.bot.set_commands([], _scope(api, arguments), language_code(arguments.text("language_code")))
    return True


def _scope(api: Api, arguments: Arguments) -> str:
    """The scope as text: "default", "chat:7", "chat_member:-5:7"."""
    scope = arguments.json("scope", "can't parse BotCommandScope JSON object")
    if scope is None:
        return "default"
    if not isinstance(scope, dict):
        raise bad_request("object expected as BotCommandScope")
    kind = scope.get("type")
    if kind in _PLAIN_SCOPES:
        return str(kind)
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    chat = find_chat(api, Arguments({"chat_id": str(scope.get("chat_id", ""))}))
    if isinstance(chat, User) and not chat.started:
        raise bad_request("chat not found")  # a bot knows nobody who has never written to it
    if kind != "chat_member":
        return f"{kind}:{chat.id}"
    user_id = scope.get("user_id")
    if not isinstance(user_id, int) or user_id <= 0:
        raise bad_request("invalid user_id specified")
    return f"chat_member:{chat.id}:{user_id}"


def _setter(kind: str, parameter: str) -> Method:
    async def set_text(api: Api, arguments: Arguments) -> bool:
        api.state.bot.set_text(kind, arguments.text(parameter), language_code(arguments.text("language_code")))
        return True

    return set_text


def _getter(kind: str, parameter: str) -> Method:
    async def get_text(api: Api, arguments: Arguments) -> dict[str, str]:
        return {parameter: api.state.bot.text(kind, language_code(arguments.text("language_code")))}

    return get_text


async def set_chat_menu_button(api: Api, arguments: Arguments) -> bool:
    button = arguments.json("menu_button", "can't parse menu button JSON object")
    if button is None:
        button = {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("commands", "default", "web_app"):
        raise bad_request("can't parse menu button: invalid type specified")
    api.state.bot.set_menu(_menu_chat(api, arguments), {"type": "commands"} if button["type"] == "default" else button)
    return True


async def get_chat_menu_button(api: Api, arguments: Arguments) -> dict[str, Any]:
    return api.state.bot.menu(_menu_chat(api, arguments))


def _menu_chat(api: Api, arguments: Arguments) -> str:
    return str(find_chat(api, arguments).id) if "chat_id" in arguments else ""


# -- chats ----------------------------------------------------------------------------------------------------------


async def get_chat(api: Api, arguments: Arguments) -> dict[str, Any]:
    chat = find_chat(api, arguments)
    described = chat.chat_json() if isinstance(chat, User) else chat.json()
    return {**described, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _GIFTS}


async def get_chat_member(api: Api, arguments: Arguments) -> dict[str, Any]:
    chat = find_chat(api, arguments)
    user_id = arguments.integer("user_id")
    bot = api.state.bot.user_json()
    user = api.state.people.user(user_id)
    if user_id != bot["id"] and user is None:
        raise bad_request("invalid user_id specified" if user_id <= 0 else "user not found")
    person = bot if user is None else user.json()
    if isinstance(chat, User):
        if user_id not in {chat.id, bot["id"]}:
            raise bad_request("user not found")
        return member_json(person, "member")
    return member_json(person, status_of(chat, user_id, bot["id"]), chat.type)


async def get_chat_administrators(api: Api, arguments: Arguments) -> list[dict[str, Any]]:
    chat = _group(api, arguments, "there are no administrators in the private chat")
    bot_id = api.state.account.id
    standing = [(user_id, status_of(chat, user_id, bot_id)) for user_id in chat.members]
    admins = [
        member_json(api.state.people.user_json(user_id), status, chat.type)
        for user_id, status in standing
        if status != "member"
    ]
    if chat.bot_status == "administrator":
        admins.append(member_json(api.state.bot.user_json(), "administrator", chat.type))
    return admins


async def get_chat_member_count(api: Api, arguments: Arguments) -> int:
    chat = find_chat(api, arguments)
    return 2 if isinstance(chat, User) else len(chat.members) + 1


async def leave_chat(api: Api, arguments: Arguments) -> bool:
    chat = _group(api, arguments, "chat member status can't be changed in private chats")
    state = api.state
    old, chat.bot_status = chat.bot_status, "left"
    state.people.save_chat(chat)
    bot = state.bot.user_json()
    state.push("my_chat_member", member_update(chat.json(), bot, bot, state.now(), old=old, new="left"), chat.id)
    state.tell_chat(chat.id)
    return True


def _group(api: Api, arguments: Arguments, why_not: str) -> Chat:
    chat = find_chat(api, arguments)
    if isinstance(chat, User):
        raise bad_request(why_not)
    return chat


# -- files ----------------------------------------------------------------------------------------------------------


async def get_file(api: Api, arguments: Arguments) -> dict[str, Any]:
    file_id = arguments.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    found = api.state.file(file_id)
    if found is None:
        raise bad_request("invalid file_id")
    file, _ = found
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": file.path,
    }


DESCRIBING: Final[dict[str, Method]] = {
    "getMe": get_me,
    "logOut": log_out,
    "close": close,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _setter("name", "name"),
    "getMyName": _getter("name", "name"),
    "setMyDescription": _setter("description", "description"),
    "getMyDescription": _getter("description", "description"),
    "setMyShortDescription": _setter("short_description", "short_description"),
    "getMyShortDescription": _getter("short_description", "short_description"),
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "getFile": get_file,
}
