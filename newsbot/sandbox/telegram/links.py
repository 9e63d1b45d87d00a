"""Which addresses Telegram takes for a link, and how it writes them: TDLib's rules, checked against the library."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

__all__ = ["BadLink", "check_link", "mentioned_user"]

MAX_USER_ID: Final = (1 << 40) - 1
_HOST: Final = re.compile(r"(?:[a-z0-9.\-_!$,~*'();&+=]|%[0-9a-f]{2}|[^\x00-\x7f])*")
_USERINFO: Final = re.compile(_HOST.pattern.replace("=]", "=:]"), re.IGNORECASE)
_SPACE: Final = " \t\r\n\0\v"


class BadLink(ValueError):
    """The address cannot be a link; the message is Telegram's reason."""


def check_link(link: str) -> str:
    """The address as Telegram keeps it: scheme and host in lower case, a path of at least '/'. Raises BadLink.

    Takes http, https, tg, ton and tonsite; without a scheme it is http. A host needs a dot (`localhost` is refused).
    """
    lowered = link.lower()
    inner = next((scheme for scheme in ("tg", "tonsite", "ton") if lowered.startswith(scheme + ":")), None)
    rest = link
    if inner is not None:
        rest = link[len(inner) + 1 :].removeprefix("//")
    scheme, userinfo, host, port, query, is_ipv6 = _split(rest)
    if inner is not None:
        if rest.lower().startswith("http://") or scheme == "https" or userinfo or port or is_ipv6:
            raise BadLink(f"Wrong {inner} URL")
        if not all(c.isascii() and (c.isalnum() or c in "-_" or (c == "." and inner == "tonsite")) for c in host):
            raise BadLink("Unallowed characters in URL host")
        return f"{inner}://{host}{query[1:] if query[1:2] == '?' else query}"
    if "." not in host and not is_ipv6:
        raise BadLink("Wrong HTTP URL")
    return f"{scheme}://{userinfo + '@' if userinfo else ''}{host}{f':{port}' if port else ''}{query}"


def mentioned_user(link: str) -> int | None:
    """The user that `tg://user?id=N` names; None for any other address."""
    match = re.match(r"tg:(?://)?user/?\?([^#]*)", link.lower(), re.DOTALL)
    if match is None:
        return None
    for argument in match.group(1).split("&"):
        key, _, value = argument.partition("=")
        if key == "id" and re.fullmatch(r"[0-9]+", value) and 0 < int(value) <= MAX_USER_ID:
            return int(value)
    return None


def _split(url: str) -> tuple[str, str, str, int, str, bool]:
    """(scheme, user info, host, port or 0, path and query, is IPv6); looser than a browser, as Telegram is."""
    scheme = "http"
    head = re.match(r"([^:/?#@\[\]]*)://", url)
    if head is not None:
        scheme = head.group(1).lower()
        if scheme not in {"http", "https"}:
            raise BadLink("Unsupported URL protocol")
        url = url[head.end() :]
    authority = re.match(r"[^/?#]*", url)
    place = authority.group() if authority is not None else ""
    query = url[len(place) :].rstrip(_SPACE)
    port = 0
    found = re.search(r"[:@\]][^:@\]]*$", place)
    if found is not None and found.start() > 0 and found.group()[0] == ":":
        digits = found.group()[1:].lstrip("0")
        if not re.fullmatch(r"[0-9]+", digits) or int(digits) > 65535:
            raise BadLink("Wrong port number specified in the URL")
        port = int(digits)
        place = place[: found.start()]
    userinfo, _, host = place.rpartition("@")
    is_ipv6 = host.startswith("[") and host.endswith("]")
    if not is_ipv6 and _USERINFO.fullmatch(userinfo) is None:
        raise BadLink("Unallowed characters in URL user info")
    if is_ipv6:
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise BadLink("Wrong IPv6 address specified in the URL") from None
        host = host.lower()
    elif not host:
        raise BadLink("URL host is empty")
    elif host == ".":
        raise BadLink("Host is invalid")
    else:
        host = "".join(c.lower() if c.isascii() else c for c in host)
        if _HOST.fullmatch(host) is None:
            raise BadLink("Unallowed characters in URL host")
    if not query.startswith("/"):
        query = "/" + query
    return scheme, userinfo, host, port, re.sub(r"[\x00-\x20]", lambda c: f"%{ord(c.group()):02X}", query), is_ipv6
