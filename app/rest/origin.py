"""Where a request comes from: the client's address behind trusted proxies. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
MAX_FORWARDED_HOPS = 16


def client_address(peer: str | None, forwarded_for: str | None, trusted: Sequence[Network]) -> str | None:
    """The address of whoever sent the request.

    `X-Forwarded-For` counts only as far as trusted proxies wrote it: it is read from the right, and
    the first address that is no trusted proxy is the client.

    Args:
        peer: address of the socket's other end.
        forwarded_for: the header, if there is one.
        trusted: networks of our own proxies.
    """
    address = _parse(peer)
    if address is None:
        return None
    hops = (forwarded_for or "").split(",")[-MAX_FORWARDED_HOPS:] if forwarded_for else []
    for hop in reversed(hops):
        if not _is_trusted(address, trusted):
            break
        stated = _parse(hop.strip())
        if stated is None:
            break
        address = stated
    return str(address)


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in trusted)


def _parse(text: str | None) -> Address | None:
    if not text:
        return None
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    # Without its zone, which means something on one machine only.
    return address.ipv4_mapped or IPv6Address(int(address))
