"""IP addresses and networks as texts.

An IPv4 address mapped into IPv6 (`::ffff:10.0.0.1`) is the IPv4 address; nobody slips past a range by writing it so.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from app.authz.conditions.errors import CallFault

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# `::ffff:0:0/96` is where the IPv4 addresses are mapped to.
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_CIDR = re.compile(r"[0-9a-fA-F:.]{2,45}/[0-9]{1,3}")
_MAX_ADDRESS_CHARACTERS = 100


def read_address(text: str) -> str:
    """The address in its one short notation, IPv4 if it is a mapped one.

    Raises:
        CallFault: it is not an address.
    """
    return str(_address(text))


def is_in_cidr(address: str, cidr: str) -> bool:
    """Whether the address lies in the network; one with a zone (`fe80::1%eth0`) lies in none.

    Raises:
        CallFault: either is malformed.
    """
    found, network = _address(address), _network(cidr)
    return found in network and not (isinstance(found, ipaddress.IPv6Address) and found.scope_id)


@lru_cache(maxsize=4096)
def _address(text: str) -> _Address:
    try:
        found = ipaddress.ip_address(text if len(text) <= _MAX_ADDRESS_CHARACTERS else "")
    except ValueError:
        raise CallFault("An IP address is malformed.") from None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


@lru_cache(maxsize=4096)
def _network(cidr: str) -> _Network:
    try:
        found = ipaddress.ip_network(cidr if _CIDR.fullmatch(cidr) else "", strict=False)
    except ValueError:
        raise CallFault("A CIDR range is malformed.") from None
    if isinstance(found, ipaddress.IPv6Network) and found.subnet_of(_MAPPED):
        base = int(found.network_address) & 0xFFFF_FFFF
        return ipaddress.IPv4Network((base, found.prefixlen - _MAPPED.prefixlen))
    return found
