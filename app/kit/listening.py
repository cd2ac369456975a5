"""Where the server listens: for everybody, and for operators when they have a listener of their own. Pure."""

from __future__ import annotations

from ipaddress import ip_address

from app.kit.settings import Settings

Address = tuple[str, int]


def public_address(chosen: Settings) -> Address:
    """Host and port of the public listener."""
    return chosen.host, chosen.port


def admin_address(chosen: Settings) -> Address | None:
    """Host and port of the operators' listener; None when they share the public one."""
    address = chosen.admin_host or chosen.host, chosen.admin_port or chosen.port
    return None if address == public_address(chosen) else address


def admin_url(chosen: Settings) -> str:
    """Where operators reach the console: on their own listener as far as this machine can say."""
    address = admin_address(chosen)
    if address is None:
        return chosen.public_url
    host, port = address
    if host != "localhost" and (ip_address(host).is_unspecified or ip_address(host).is_loopback):
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def is_public_part(bound_to: tuple[str, int | None] | None, chosen: Settings) -> bool:
    """Whether a connection came to the public listener although operators have one of their own.

    Args:
        bound_to: address and port of our side, as the kernel says; what is not known counts as public.
    """
    admin = admin_address(chosen)
    if admin is None:
        return False
    if bound_to is None:
        return True
    host, port = bound_to
    if port != admin[1]:
        return True
    return admin[1] == chosen.port and not _is_same_host(host, admin[0])


def _is_same_host(one: str, other: str) -> bool:
    try:
        return ip_address(one) == ip_address(other)
    except ValueError:
        return one == other
