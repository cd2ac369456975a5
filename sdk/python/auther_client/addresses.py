"""Where a server is: its base address, checked before anything is sent there."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from auther_client.errors import InsecureAddress


def base_address(url: str, *, allow_plain_http: bool = False) -> str:
    """The address without a slash at its end.

    Raises:
        InsecureAddress: it is not https, and not on this machine.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise InsecureAddress(f"{url!r} is no address of a server.") from None
    if parts.scheme not in {"https", "http"} or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise InsecureAddress(f"{url!r} is no address of a server: give one such as https://id.example.com.")
    if parts.scheme == "http" and not allow_plain_http and not _is_here(host):
        raise InsecureAddress(f"{url} is not https: credentials would be readable on the way.")
    return url.rstrip("/")


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
