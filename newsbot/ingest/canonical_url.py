"""One address for one article, so that the same piece reached by two ways is stored and announced once.

Only what leads to the same page is changed, since readers will open the result: tracking parameters go, AMP addresses
lead to the article proper, spelling is made equal (host in lower case, percent-encoding in capitals and only where
needed, Bengali slugs always encoded). The order of parameters, `www.`, the scheme and a trailing slash stay;
`same_page_addresses` names the twins that differ only in these, to look an article up by.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from newsbot.errors import IngestError

__all__ = [
    "InvalidUrl",
    "canonical_url",
    "percent_encoded",
    "preferred_url",
    "registered_site",
    "same_page_addresses",
    "same_site",
]

LONGEST_URL = 2_000  #: characters; what databases index and messengers carry

_TRACKING: Final = re.compile(
    r"utm_\w+|at_(?:medium|campaign|custom\d|link_\w+|bbc_team|ptr_name)|pk_(?:campaign|kwd|source|medium)|mtm_\w+"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id|mc_[ce]id|_hs(?:enc|mi)"
    r"|vero_\w+|wickedid|oly_(?:anon|enc)_id|__s|_ga|_gl|ocid|cmpid|ns_(?:source|mchannel|campaign|linkname|fee)|amp|outputtype|s_cid|fb_(?:action|comment)_\w+"
    r"|ref_src|ref_url|__twitter_impression|spm|xtor",
    re.IGNORECASE,
)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_AMP_CACHE: Final = re.compile(r"(?:[\w-]+\.)*cdn\.ampproject\.org")
_AMP_CACHE_PATH: Final = re.compile(r"/(?:[cv]|wp)/(s/)?([^/]+\..*)")
_GOOGLE_AMP: Final = re.compile(r"www\.google\.[a-z.]+")
_GOOGLE_AMP_PATH: Final = re.compile(r"/amp/(s/)?([^/]+\..*)")
_AMP_ENDING: Final = re.compile(r"(?<=[^/])/amp/?$|\.amp(?=\.html$|$)", re.IGNORECASE)
_AMP_START: Final = re.compile(r"^/amp(?=/story/)", re.IGNORECASE)
_SECOND_LEVEL: Final = frozenset(
    {"com", "co", "net", "org", "gov", "edu", "ac", "info", "mil", "or", "go", "ne", "in", "gob", "nom", "tv", "web"}
)
#: unreserved and sub-delims of RFC 3986 stay as they are, `%` because it begins what is encoded already
_SAFE: Final = "/:@!$&'()*+,;=~-._%?"
_ENCODED: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class InvalidUrl(IngestError):
    """This is not an address of a page on the web."""


def canonical_url(url: str, base: str = "") -> str:
    """The address that stands for all spellings of it; relative ones are resolved against `base`. Idempotent.

    Raises InvalidUrl unless it is http or https with a host, without control characters, at most LONGEST_URL long.
    """
    text = "".join(url.split()) if "\n" in url or "\r" in url or "\t" in url else url.strip()
    try:
        text.encode()  # a lone surrogate would become a question mark, and another address
        parts = urlsplit(urljoin(base, text) if base else text)
        scheme, host, port = parts.scheme.lower(), _ascii_host(parts.hostname or ""), parts.port
    except ValueError as error:
        raise InvalidUrl(f"{url[:100]!r} is not a web address") from error
    # At a backslash a browser ends the host, and would open another site than we read.
    if scheme not in _DEFAULT_PORTS or not host or "\\" in parts.netloc:
        raise InvalidUrl(f"{url[:100]!r} is not an http or https address")
    inner = _out_of_amp_cache(host, parts.path, parts.query)
    if inner:
        return canonical_url(inner)
    netloc = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    path = _AMP_START.sub("", _AMP_ENDING.sub("", percent_encoded(parts.path or "/"))) or "/"
    result = urlunsplit((scheme, netloc, path, _without_tracking(percent_encoded(parts.query)), ""))
    if len(result) > LONGEST_URL:
        raise InvalidUrl(f"an address of {len(result):,} characters is longer than {LONGEST_URL:,}: {url[:60]!r}…")
    return result


def preferred_url(page_url: str, declared: str) -> str:
    """Which address an article gets: the one its page declares (`rel=canonical`), if it may be believed, else its own.

    It may if it is on the same registered site, and not the front page: a template that declares one address on every
    page would make all articles one. `page_url` is canonical.
    """
    if not declared:
        return page_url
    try:
        canonical = canonical_url(declared, page_url)
    except InvalidUrl:
        return page_url
    if not same_site(canonical, page_url):
        return page_url
    if _is_front_page(canonical) and not _is_front_page(page_url):
        return page_url
    return canonical


def same_page_addresses(url: str) -> tuple[str, ...]:
    """`url`, which is canonical, then its twins: http or https, with or without `www.` and a trailing slash."""
    parts = urlsplit(url)
    bare = parts.netloc.removeprefix("www.")
    hosts = (bare,) if _is_address(bare) or parts.port else (bare, f"www.{bare}")
    paths = {parts.path, parts.path.rstrip("/") or "/", parts.path.rstrip("/") + "/"}
    twins = sorted(
        urlunsplit((scheme, host, path, parts.query, ""))
        for scheme in ("https", "http")
        for host in hosts
        for path in paths
    )
    return (url, *(twin for twin in twins if twin != url))


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one registered name: `m.paper.com.bd` and `www.paper.com.bd` do."""
    return registered_site(urlsplit(one).hostname or "") == registered_site(urlsplit(other).hostname or "")


def registered_site(host: str) -> str:
    """The part of a host name that somebody registered: the last two labels, three below `.com.bd` and its like.

    Without the public suffix list, which changes weekly; the cost of a mistake is that a canonical address is believed
    across two papers of one hosting company.
    """
    host = host.rstrip(".").lower()
    if _is_address(host):
        return host
    labels = host.split(".")
    country = len(labels[-1]) == 2 or labels[-1].startswith("xn--")
    length = 3 if len(labels) > 2 and country and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-length:])


def percent_encoded(text: str) -> str:
    """A path or query spelled one way: capital hex, letters and digits plain, all outside ASCII encoded as UTF-8."""
    text = _LONE_PERCENT.sub("%25", text)
    text = _ENCODED.sub(lambda m: c if (c := chr(int(m[1], 16))) in _UNRESERVED else m[0].upper(), text)
    return quote(text, safe=_SAFE, errors="replace")


def _ascii_host(host: str) -> str:
    host = host.rstrip(".").lower()
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host.partition('%')[0])}]"
    if not host.isascii():
        host = host.encode("idna").decode("ascii")  # UnicodeError is a ValueError
    if not all(character.isalnum() or character in "-._" for character in host):
        raise ValueError(host)
    return host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition(":")[0] if host.count(":") == 1 else host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _without_tracking(query: str) -> str:
    kept = [part for part in query.split("&") if part and not _TRACKING.fullmatch(unquote(part.partition("=")[0]))]
    return "&".join(kept)


def _out_of_amp_cache(host: str, path: str, query: str) -> str:
    """The publisher's address inside one of an AMP cache; '' if it is none."""
    if _AMP_CACHE.fullmatch(host):
        found = _AMP_CACHE_PATH.fullmatch(path)
    elif _GOOGLE_AMP.fullmatch(host):
        found = _GOOGLE_AMP_PATH.fullmatch(path)
    else:
        return ""
    if not found:
        return ""
    return f"{'https' if found[1] else 'http'}://{found[2]}{'?' if query else ''}{query}"
