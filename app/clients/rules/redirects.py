"""Redirect URIs: which may be registered, and when one that is asked for is a registered one.

Matching is string equality (RFC 9700 §4.1.3). Therefore what browsers would rewrite (dot segments,
capital schemes, backslashes) may not be registered at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv6Address

from app.clients.errors import InvalidRedirectUri
from app.clients.types import Client, ClientKind

MAX_URI_LENGTH = 2_048
_MAX_PORT = 65_535
_LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_MAX_ORIGIN_LENGTH = 300

_CHARACTERS = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):(.+)")
_WEB = re.compile(r"(https?)://([^/?#]*)([^?#]*)(.*)")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9._\-]*[A-Za-z0-9_])?)(?::([1-9][0-9]{0,4}))?")
_LOOPBACK = re.compile(r"(http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::([1-9][0-9]{0,4}))?([/?].*)?")
_ORIGIN = re.compile(r"https?://[a-z0-9._\-\[\]:]+")


def validate_redirect_uri(uri: str, kind: ClientKind, field: tuple[str, ...] = ("redirect_uris",)) -> None:
    """Refuse what may not be registered for this kind.

    Raises:
        InvalidRedirectUri: saying what is wrong.

    Source: RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1.
    """
    reason = find_redirect_problem(uri, kind)
    if reason is not None:
        raise InvalidRedirectUri(reason, *field)


def redirect_uri_matches(registered: str, asked: str, kind: ClientKind) -> bool:
    """Whether `asked` is the registered URI: equal to the letter.

    Native apps listen where there is room: for them the port of an `http` loopback URI is free
    (RFC 8252 §7.3), everything else in it is not.
    """
    if registered == asked:
        return True
    if kind is not ClientKind.NATIVE:
        return False
    ours, theirs = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(asked)
    if ours is None or theirs is None or not _is_port(theirs[2]):
        return False
    return ours[1] == theirs[1] and ours[3] == theirs[3]


def is_redirect_uri_registered(client: Client, asked: str) -> bool:
    """Whether the client may have its answer sent there."""
    return any(redirect_uri_matches(registered, asked, client.kind) for registered in client.redirect_uris)


def find_redirect_problem(uri: str, kind: ClientKind) -> str | None:
    """Why this URI may not be registered; None when it may."""
    reason = _find_spelling_problem(uri)
    if reason is not None:
        return reason
    if "#" in uri:
        return "A redirect URI has no fragment (#)."
    if "*" in uri:
        return "A redirect URI has no wildcard (*): register each address."
    scheme = _SCHEME.fullmatch(uri)
    if scheme is None:
        return "A redirect URI is absolute, such as https://app.example.com/callback."
    if scheme[1].lower() in _DEFAULT_PORTS:
        return find_web_problem(uri)
    return _find_custom_problem(scheme[1], scheme[2], kind)


def find_web_problem(uri: str) -> str | None:
    """Why this is not an `https` URL (or `http` on this machine); None when it is."""
    reason = _find_spelling_problem(uri)
    if reason is not None:
        return reason
    parts = _WEB.fullmatch(uri)
    if parts is None:
        return "It begins with https:// (in lower case)."
    if "@" in parts[2]:
        return "It holds no user name or password."
    authority = _AUTHORITY.fullmatch(parts[2])
    if authority is None or not _is_host(authority[1]) or not _is_port(authority[2]):
        return "Its host or port is not valid."
    if parts[1] == "http" and authority[1] not in _LOOPBACK_HOSTS:
        return "Plain http is only for localhost, 127.0.0.1 and [::1]; use https."
    return _find_path_problem(parts[3])


def derive_origins(kind: ClientKind, redirect_uris: Iterable[str]) -> tuple[str, ...]:
    """Origins whose pages may call us: those of a browser application's redirect URIs (RFC 6454 §6.2)."""
    if kind is not ClientKind.SPA:
        return ()
    return tuple(sorted({_origin_of(uri) for uri in redirect_uris}))


def is_origin(text: str) -> bool:
    """Whether a header `Origin` is worth looking up."""
    return len(text) <= _MAX_ORIGIN_LENGTH and _ORIGIN.fullmatch(text) is not None


def _find_spelling_problem(uri: str) -> str | None:
    if len(uri) > MAX_URI_LENGTH:
        return f"It has more than {MAX_URI_LENGTH} characters."
    if _CHARACTERS.fullmatch(uri) is None or _BROKEN_ESCAPE.search(uri):
        return "It holds characters that a URI cannot have (RFC 3986); write them percent-encoded."
    return None


def _find_custom_problem(scheme: str, rest: str, kind: ClientKind) -> str | None:
    if kind is not ClientKind.NATIVE:
        return "It begins with https:// (plain http on localhost only)."
    if "." not in scheme or scheme != scheme.lower():
        return "A private scheme is a domain of yours backwards, such as com.example.app:/callback."
    if not rest.startswith("/"):
        return "After the scheme comes a slash, such as com.example.app:/callback."
    authority, _, path = rest.removeprefix("//").partition("/") if rest.startswith("//") else ("", "", rest)
    if "@" in authority:
        return "It holds no user name or password."
    return _find_path_problem("/" + path.partition("?")[0])


def _find_path_problem(path: str) -> str | None:
    segments = (segment.lower().replace("%2e", ".") for segment in path.split("/"))
    if any(segment in {".", ".."} for segment in segments):
        return "Its path holds no . or .. segments."
    return None


def _is_host(host: str) -> bool:
    if not host.startswith("["):
        return ".." not in host
    try:
        IPv6Address(host[1:-1])
    except AddressValueError:
        return False
    return True


def _is_port(port: str | None) -> bool:
    return port is None or int(port) <= _MAX_PORT


def _origin_of(uri: str) -> str:
    parts = _WEB.fullmatch(uri)
    assert parts is not None
    scheme, authority = parts[1], parts[2].lower()
    return f"{scheme}://{authority.removesuffix(':' + _DEFAULT_PORTS[scheme])}"
