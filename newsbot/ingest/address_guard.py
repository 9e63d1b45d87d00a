"""Which network addresses a request may go to: what a feed or a redirect names must not reach into our own network.

The rule is applied to the address a socket is about to connect to, not to the name, so a name that resolves to
something else the second time (DNS rebinding) changes nothing. An IPv6 address that carries an IPv4 one (mapped, 6to4,
NAT64, Teredo) is judged by both.
"""

from __future__ import annotations

import ipaddress
from typing import Final

__all__ = ["port_refusal", "refusal"]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Metadata services outside the link-local range: Azure, Alibaba, Amazon over IPv6.
_METADATA: Final = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "100.100.100.200", "fd00:ec2::254")))
_SPECIAL: Final = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4", "fec0::/10", "100::/64"))
)
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")
_WEB_PORTS: Final = frozenset({80, 443})
_FIRST_UNPRIVILEGED_PORT = 1024  # below it live the line protocols that an HTTP request can be read as: SMTP, FTP…
#: Databases and queues by their usual ports: nothing that a newsroom publishes from.
_STORAGE_PORTS: Final = frozenset({1433, 3306, 5432, 5672, 6379, 6380, 6667, 9042, 9092, 9200, 11211, 27017})


def refusal(address: str, *, allow_private: bool = False) -> str | None:
    """Why nothing may connect to this IP address, in words; None if it may.

    `allow_private` opens the newsroom's own network and this machine, never link-local addresses: there live the
    metadata services that hand out a machine's passwords. Anything that isn't a canonical IP address is refused.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an IP address"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    for each in (parsed, *_carried(parsed)):
        reason = _refusal(each, allow_private=allow_private)
        if reason:
            return reason
    return None


def port_refusal(port: int, *, allow_private: bool = False) -> str | None:
    """Why no request may go to this port; None if it may. A newsroom's own network may use any."""
    if allow_private or port in _WEB_PORTS:
        return None
    if port < _FIRST_UNPRIVILEGED_PORT or port in _STORAGE_PORTS:
        return f"port {port} is not a web server's"
    return None


def _refusal(address: _Address, *, allow_private: bool) -> str | None:
    if address.is_unspecified:
        return "an unspecified address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_link_local or address in _METADATA:
        return "a link-local or metadata address"
    if address.is_loopback:
        return None if allow_private else "a loopback address"
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return "a reserved address"
    if isinstance(address, ipaddress.IPv6Address) and (address in _NAT64 or address in _COMPATIBLE):
        return None  # stands for the IPv4 address it carries, which is judged next
    if not address.is_global:
        return None if allow_private else "a private address"
    if address.is_reserved:
        return "a reserved address"
    return None


def _carried(address: _Address) -> tuple[_Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found: list[ipaddress.IPv4Address] = []
    if address.sixtofour:
        found.append(address.sixtofour)
    if address.teredo:
        found.extend(address.teredo)
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(found)
