"""Where requests may go."""

from __future__ import annotations

import pytest

from newsbot.ingest.address_guard import port_refusal, refusal


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "103.4.145.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_public_addresses_are_open(address: str) -> None:
    assert refusal(address) is None
    assert refusal(address, allow_private=True) is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "::1",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "100.64.0.1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::127.0.0.1",
        "2002:7f00:1::",
        "::127.0.0.1",
    ],
)
def test_this_machine_and_its_network_are_refused_unless_the_source_allows_them(address: str) -> None:
    assert refusal(address) in ("a loopback address", "a private address")
    assert refusal(address, allow_private=True) is None


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",  # metadata of most clouds
        "::ffff:169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "240.0.0.1",
        "2130706433",
        "0x7f.1",
        "127.1",
        "localhost",
        "",
    ],
)
def test_metadata_multicast_reserved_and_odd_spellings_are_refused_whatever_a_source_allows(address: str) -> None:
    assert refusal(address)
    assert refusal(address, allow_private=True)


@pytest.mark.parametrize("port", [80, 443, 8080, 8443, 3000])
def test_ports_of_web_servers_are_open(port: int) -> None:
    assert port_refusal(port) is None


@pytest.mark.parametrize("port", [21, 22, 25, 110, 587, 5432, 6379, 9200, 11211])
def test_ports_of_mail_and_storage_are_refused_outside_the_newsrooms_own_network(port: int) -> None:
    assert port_refusal(port) == f"port {port} is not a web server's"
    assert port_refusal(port, allow_private=True) is None
