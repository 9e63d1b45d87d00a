"""The Bot API's `ChatMember` objects and the updates that tell a bot who stands how in a chat."""

from __future__ import annotations

from typing import Any, Final

from newsbot.sandbox.telegram.model import Chat

__all__ = ["member_json", "member_update", "status_of"]

_RIGHTS: Final = [
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
]


def member_json(user: dict[str, Any], status: str, chat_type: str = "private") -> dict[str, Any]:
    """A `ChatMember` of the given status: creator, administrator, member, left or kicked."""
    out: dict[str, Any] = {"user": user, "status": status}
    match status:
        case "kicked":
            out["until_date"] = 0
        case "creator":
            out["is_anonymous"] = False
        case "administrator":
            out |= {"can_be_edited": False, "is_anonymous": False} | dict.fromkeys(_RIGHTS, True)
            out |= {"can_promote_members": False}
            if chat_type == "channel":
                out |= {"can_post_messages": True, "can_edit_messages": True, "can_manage_direct_messages": False}
            else:
                out |= {"can_pin_messages": True, "can_manage_topics": chat_type == "supergroup"}
        case _:
            pass
    return out


def member_update(
    chat: dict[str, Any], actor: dict[str, Any], whom: dict[str, Any], date: int, *, old: str, new: str
) -> dict[str, Any]:
    """A `ChatMemberUpdated`: who changed the standing of whom in a chat, from what to what."""
    return {
        "chat": chat,
        "from": actor,
        "date": date,
        "old_chat_member": member_json(whom, old, chat["type"]),
        "new_chat_member": member_json(whom, new, chat["type"]),
    }


def status_of(chat: Chat, user_id: int, bot_id: int) -> str:
    """The status of someone in a group."""
    if user_id == bot_id:
        return chat.bot_status
    if user_id not in chat.members:
        return "left"
    if chat.members[0] == user_id:
        return "creator"
    return "administrator" if user_id in chat.admins else "member"
