"""Networks that a key may be used from.

An IPv4 address mapped into IPv6 (`::ffff:10.0.0.1`) is the IPv4 address, whichever way it is written.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_FORM = re.compile(r"[0-9a-fA-F:.]{2,45}(/[0-9]{1,3})?")
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


def clean_network(text: str) -> str | None:
    """A network in its one short notation (`10.0.0.0/8`, a single address as `/32` or `/128`); None for anything else.

    Bits behind the prefix are refused rather than cut: who writes `10.0.0.1/8` may have meant one address.
    """
    try:
        network = ipaddress.ip_network(text if _FORM.fullmatch(text) else "", strict=True)
    except ValueError:
        return None
    return str(_unmapped(network))


def is_allowed(address: str | None, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of the networks; an unknown one, or one with a zone, in none."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id is not None:
            return False
        found = found.ipv4_mapped or found
    return any(found in _network(each) for each in networks)


@lru_cache(maxsize=4_096)
def _network(text: str) -> _Network:
    return ipaddress.ip_network(text)


def _unmapped(network: _Network) -> _Network:
    if not isinstance(network, ipaddress.IPv6Network) or not network.subnet_of(_MAPPED):
        return network
    base = int(network.network_address) & 0xFFFF_FFFF
    return ipaddress.IPv4Network((base, network.prefixlen - _MAPPED.prefixlen))
