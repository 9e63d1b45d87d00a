"""Attachments of messages: `POST /<PAGE|me>/message_attachments`, and those that come with a message."""

from __future__ import annotations

from typing import Any

from newsbot.sandbox.messenger.api import Api, Call
from newsbot.sandbox.messenger.attachments import Attachment, check_kind, check_upload, fetch
from newsbot.sandbox.messenger.errors import bad_parameter
from newsbot.sandbox.messenger.shapes import object_of
from newsbot.sandbox.upload import Upload

__all__ = ["settle_attachments", "upload_attachment"]


async def upload_attachment(api: Api, call: Call) -> dict[str, Any]:
    """Keep a file for messages to come; its id lives ninety days."""
    message = call.arguments.object("message") or {}
    given = object_of(message.get("attachment"), "message[attachment]")
    kind = check_kind(given.get("type"))
    attachment = await _take(api, kind, object_of(given.get("payload"), "payload"), call.arguments.upload)
    return {"attachment_id": attachment.id}


async def settle_attachments(
    api: Api, message: dict[str, Any], upload: Upload | None
) -> tuple[dict[str, Any], str | None]:
    """The message with its files fetched and their addresses in place, and the id of one that can be used again."""
    if isinstance(message.get("attachment"), dict) and message["attachment"].get("type") != "template":
        settled, attachment_id = await _settle(api, message["attachment"], upload)
        return {**message, "attachment": settled}, attachment_id
    if message.get("attachments"):
        images = [(await _settle(api, one, None))[0] for one in message["attachments"]]
        return {**message, "attachments": images}, None
    return message, None


async def _settle(api: Api, given: dict[str, Any], upload: Upload | None) -> tuple[dict[str, Any], str | None]:
    kind = check_kind(given.get("type"))
    payload = object_of(given.get("payload") or {}, "message[attachment][payload]")
    if payload.get("attachment_id") is not None:
        attachment = api.state.attachments.usable(payload["attachment_id"], kind, api.state.clock())
    else:
        attachment = await _take(api, kind, payload, upload)
    told = attachment.id if attachment.reusable and "attachment_id" not in payload else None
    return {"type": kind, "payload": {"url": attachment.url}}, told


async def _take(api: Api, kind: str, payload: dict[str, Any], upload: Upload | None) -> Attachment:
    """Fetch or keep the file. Raises GraphError."""
    url = payload.get("url")
    if (url is None) == (upload is None):
        raise bad_parameter("A file must come by url or with the form, one of them.")
    if upload is None:
        upload = await fetch(api.session, url, kind)
    else:
        check_upload(upload, kind)
    reusable = payload.get("is_reusable") in (True, "true", 1)
    attachment = api.state.attachments.add(kind, api.state.clock(), url=url or "", upload=upload, reusable=reusable)
    api.state.keep_attachment(attachment)
    return attachment
