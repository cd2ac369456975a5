"""Where a request comes from: forwarded headers count as far as our own proxies wrote them."""

from __future__ import annotations

from ipaddress import ip_network

import httpx
import pytest

from app.kit.runtime import override
from app.rest.origin import MAX_FORWARDED_HOPS, client_address

TRUSTED = tuple(map(ip_network, ("10.0.0.0/8", "fd00::/8")))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "6.6.6.6, nonsense", "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.1,", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", "10.0.0.1"),
        ("fd00::1", "[2001:db8::7]", "2001:db8::7"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "fe80::1%eth0; DROP TABLE", "fe80::1"),
        ("10.0.0.1", "fe80::1%" + "x" * 100, "fe80::1"),
        ("testclient", "198.51.100.1", None),
        (None, "198.51.100.1", None),
        ("", None, None),
    ],
)
def test_the_client_is_the_first_address_from_the_right_that_is_no_proxy_of_ours(
    peer: str | None, forwarded: str | None, expected: str | None
) -> None:
    assert client_address(peer, forwarded, TRUSTED) == expected


def test_without_trusted_proxies_the_header_means_nothing() -> None:
    assert client_address("127.0.0.1", "6.6.6.6", ()) == "127.0.0.1"


def test_only_so_many_hops_are_looked_at() -> None:
    hops = ["6.6.6.6", *(f"10.0.0.{n}" for n in range(MAX_FORWARDED_HOPS))]

    assert client_address("10.1.1.1", ", ".join(hops), TRUSTED) == "10.0.0.0"
    assert client_address("10.1.1.1", ",".join(["10.0.0.9"] * 100_000), TRUSTED) == "10.0.0.9"


async def ip_seen(client: httpx.AsyncClient, *headers: str) -> str:
    answer = await client.get("/test/whoami", headers=[("X-Forwarded-For", value) for value in headers])
    return str(answer.json()["ip"])


async def test_a_forged_header_from_an_untrusted_peer_is_ignored(client: httpx.AsyncClient) -> None:
    assert await ip_seen(client, "6.6.6.6") == "127.0.0.1"


async def test_a_proxy_of_ours_is_believed(client: httpx.AsyncClient) -> None:
    with override(trusted_proxies="127.0.0.0/8"):
        assert await ip_seen(client, "198.51.100.1") == "198.51.100.1"
        assert await ip_seen(client, "6.6.6.6, 198.51.100.1") == "198.51.100.1"


async def test_a_header_sent_twice_is_read_as_one_list(client: httpx.AsyncClient) -> None:
    with override(trusted_proxies="127.0.0.0/8"):
        assert await ip_seen(client, "6.6.6.6", "198.51.100.1") == "198.51.100.1"
