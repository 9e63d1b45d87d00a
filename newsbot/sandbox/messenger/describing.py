"""What can be asked for: the Page, a person's profile, a token."""

from __future__ import annotations

from typing import Any, Final

from newsbot.sandbox.messenger.access import TOKEN_TROUBLES
from newsbot.sandbox.messenger.api import Api, Call
from newsbot.sandbox.messenger.errors import GraphError, bad_parameter, no_such_person

__all__ = ["debug_token", "describe_page", "describe_person"]

PROFILE_FIELDS: Final = ("first_name", "last_name", "profile_pic", "name", "locale", "timezone")


async def describe_page(api: Api, call: Call) -> dict[str, Any]:
    account = api.state.account
    known = {"id": account.id, "name": account.name, "category": "News & media website"}
    fields = call.arguments.names("fields")
    return {name: known[name] for name in known if name == "id" or name in (fields or ("name",))}


async def describe_person(api: Api, call: Call) -> dict[str, Any]:
    """A reader's profile; of who signed up with a phone number only there is none."""
    person = api.state.people.get(call.node)
    if person is None or not person.started:
        raise no_such_person()
    if not api.state.standing.profile_access:
        return {}
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
    fields = call.arguments.names("fields") or ("first_name", "last_name", "profile_pic")
    return {**{name: known[name] for name in fields if name in PROFILE_FIELDS}, "id": person.id}


async def debug_token(api: Api, call: Call) -> dict[str, Any]:
    """What a token is good for; the app asks about the Page's, or the Page about its own."""
    state = api.state
    token = call.arguments.text("input_token")
    if not token:
        raise bad_parameter("The parameter input_token is required")
    account = state.account
    if token not in (state.access.token, account.app_token):
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    if token == account.app_token:
        return {"data": {"app_id": account.app_id, "type": "APP", "application": account.app_name, "is_valid": True}}
    told: dict[str, Any] = {
        "app_id": account.app_id,
        "type": "PAGE",
        "application": account.app_name,
        "profile_id": account.id,
        "expires_at": 0,
        "data_access_expires_at": 0,
        "is_valid": not state.access.trouble,
        "scopes": list(state.standing.permissions),
        "granular_scopes": [{"scope": scope, "target_ids": [account.id]} for scope in state.standing.permissions],
    }
    if state.access.trouble:
        subcode, message = TOKEN_TROUBLES[state.access.trouble]
        told["error"] = {"code": 190, "message": message, "subcode": subcode}
    return {"data": told}
