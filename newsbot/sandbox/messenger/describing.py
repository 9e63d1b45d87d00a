"""What can be asked for: the Page, a person's profile."""

from __future__ import annotations

from typing import Any, Final

from newsbot.sandbox.messenger.api import Api, Call
from newsbot.sandbox.messenger.errors import GraphError, no_such_person

__all__ = ["describe_page", "describe_person"]

PROFILE_FIELDS: Final = ("first_name", "last_name", "profile_pic", "name", "locale", "timezone")


async def describe_page(api: Api, call: Call) -> dict[str, Any]:
    account = api.state.account
    known = {"id": account.id, "name": account.name, "category": "News & media website"}
    fields = call.arguments.array("fields")
    return {name: known[name] for name in known if name == "id" or name in (fields or ("name",))}


async def describe_person(api: Api, call: Call) -> dict[str, Any]:
    """A reader's profile; of who signed up with a phone number only there is none."""
    person = api.state.people.get(call.node)
    if person is None or not person.started:
        raise no_such_person()
    if person.phone_only:
        raise GraphError(100, "(#100) No profile available for this user.", 2018218)
    known: dict[str, Any] = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "name": person.name,
        "profile_pic": f"https://scontent.example/profile/{person.id}.jpg",
        "locale": person.locale,
        "timezone": person.timezone,
    }
    fields = call.arguments.array("fields") or ("first_name", "last_name", "profile_pic")
    return {**{name: known[name] for name in fields if name in PROFILE_FIELDS}, "id": person.id}
