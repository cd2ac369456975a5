"""Which addresses are public, and which ones a host has.

Source: IANA special-purpose address registries (RFC 6890).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

from app.kit.errors import Forbidden, Unavailable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

_REFUSED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # a cloud's metadata service on an address that looks public
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
        ),
    )
)
# Of IPv6 only global unicast is public, without protocol assignments (Teredo among them),
# documentation, and 6to4, which carries any IPv4 address.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052 §2.1: the low 32 bits are an IPv4 address


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could mean the same machine by this address.

    An IPv4 address inside an IPv6 one is judged as what it is.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in _GLOBAL_V6 and not any(address in network for network in _REFUSED_V6)


async def resolve_host(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the system's resolver.

    Raises:
        OSError, UnicodeError: there are none, or the name is no name.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


async def find_addresses(host: str, port: int, resolver: Resolver) -> list[Address]:
    """All addresses of a host, in the resolver's order, without doubles. A literal is its own.

    Raises:
        Unavailable: `http_dns_failed`.
    """
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        pass
    try:
        answers = [ipaddress.ip_address(answer) for answer in await resolver(host, port)]
    except (OSError, UnicodeError, ValueError) as error:
        raise _dns_failed(host, repr(error)) from error
    if not answers:
        raise _dns_failed(host, "no address")
    return list(dict.fromkeys(answers))


def require_public(host: str, addresses: list[Address]) -> None:
    """One address that is not public spoils them all.

    Raises:
        Forbidden: `http_address_refused`.
    """
    refused = [str(address) for address in addresses if not is_public(address)]
    if refused:
        # INVARIANT: the message says nothing about our network; the address is for the log.
        raise Forbidden(
            "http_address_refused", "This host has no public address.", detail=f"{host} is {', '.join(refused)}"
        )


def _dns_failed(host: str, reason: str) -> Unavailable:
    return Unavailable("http_dns_failed", "The host name could not be resolved.", detail=f"{host}: {reason}")
