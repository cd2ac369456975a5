"""What may be asked of whom: the URL, the headers, and the exceptions an operator allows."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

import httpx

from app.kit.errors import Forbidden, InvalidInput

MAX_URL_CHARACTERS = 2_048
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_PORTS = {"https": 443, "http": 80}
_MAX_PORT = 65_535
_MADE_BY_US = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "upgrade", "te", "expect"}
)
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_EMPTY_USERINFO = re.compile(r"[^:]+:/*@")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")  # WHATWG URL, "ends in a number"
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2 token
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")  # RFC 9110 §5.5 field-value, without obs-text
_PRINTABLE = re.compile(r"[\x21-\x7e\u00a0-\U0010ffff]*")


@dataclass(frozen=True)
class OutboundPolicy:
    """What may be called beyond public HTTPS.

    Args:
        allowed: `(host, port)` that may be plain HTTP and may have a private address.
        tls: how certificates are verified; None for the authorities of the system and of certifi.
    """

    allowed: frozenset[tuple[str, int]] = frozenset()
    tls: ssl.SSLContext | None = field(default=None, compare=False)

    @classmethod
    def of(cls, targets: Iterable[str]) -> OutboundPolicy:
        """The policy that opens these targets (`localhost:3000`, `[::1]:3000`)."""
        pairs = (target.rpartition(":") for target in targets)
        return cls(frozenset((host.strip("[]"), int(port)) for host, _, port in pairs))

    @classmethod
    def parse(cls, entries: Sequence[str]) -> OutboundPolicy:
        """A policy from settings such as `localhost:9000` and `[::1]:9000`.

        Raises:
            InvalidInput: `http_allow_entry_invalid`.
        """
        return cls(frozenset(_parse_entry(entry) for entry in entries))

    def allows(self, target: Target) -> bool:
        """Whether an operator vouches for this host and port."""
        return (target.host, target.port) in self.allowed


@dataclass(frozen=True)
class Target:
    """A checked URL. `host` is a lower-case ASCII name or an address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the `Host` header says: without the scheme's own port."""
        return _bracketed(self.host) + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    def at(self, address: str) -> str:
        """The URL of the same resource at one address of the host."""
        return f"{self.scheme}://{_bracketed(address)}:{self.port}{self.path}"


def check_url(url: str) -> Target:
    """Parse an absolute http(s) URL, strictly. The fragment is dropped.

    Raises:
        InvalidInput: `http_url_invalid`; also for IPv4 addresses that are not four decimal numbers.
        Forbidden: `http_scheme_refused`, `http_userinfo_refused`.
    """
    if len(url) > MAX_URL_CHARACTERS or not _PRINTABLE.fullmatch(url):
        raise _invalid_url(url)
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise _invalid_url(url) from error
    if parsed.scheme not in _PORTS:
        raise Forbidden("http_scheme_refused", "Only https URLs can be called.", detail=parsed.scheme)
    if parsed.userinfo or _EMPTY_USERINFO.match(url):
        raise Forbidden("http_userinfo_refused", "A URL to call must not hold a user name or password.")
    port = _PORTS[parsed.scheme] if parsed.port is None else parsed.port
    host = parsed.raw_host.decode()
    if not _is_host(host) or not 0 < port <= _MAX_PORT:
        raise _invalid_url(url)
    return Target(parsed.scheme, host, port, parsed.raw_path.decode())


def require_scheme(target: Target, policy: OutboundPolicy) -> None:
    """Plain HTTP only where the policy allows it.

    Raises:
        Forbidden: `http_scheme_refused`.
    """
    if target.scheme != "https" and not policy.allows(target):
        raise Forbidden("http_scheme_refused", "Only https URLs can be called.", detail=target.authority)


def check_headers(method: str, headers: Mapping[str, str], target: Target) -> dict[str, str]:
    """The headers to send: what was given, and those that only we make.

    Raises:
        InvalidInput: `http_method_invalid`, `http_header_invalid`.
    """
    if method not in _METHODS:
        raise InvalidInput("http_method_invalid", f"The method must be one of {', '.join(sorted(_METHODS))}.")
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value) or name.lower() in _MADE_BY_US:
            raise InvalidInput("http_header_invalid", "A header is malformed or may not be set.", detail=repr(name))
    # A compressed answer would have to be unpacked before its size is known.
    given = {name.lower(): value for name, value in headers.items()}
    return {"user-agent": "Auther", **given, "host": target.authority, "accept-encoding": "identity"}


def _is_host(host: str) -> bool:
    if ":" in host:
        return _is_literal(IPv6Address, host)
    if not _NAME.fullmatch(host.removesuffix(".")):
        return False
    last = host.removesuffix(".").rpartition(".")[2]
    return not _NUMBER.fullmatch(last) or _is_literal(IPv4Address, host)


def _is_literal(kind: type[IPv4Address | IPv6Address], host: str) -> bool:
    try:
        kind(host)
    except ValueError:
        return False
    return "%" not in host


def _parse_entry(entry: str) -> tuple[str, int]:
    try:
        target = check_url(f"http://{entry}/")
    except (InvalidInput, Forbidden):
        target = None
    if target is None or target.path != "/" or not re.search(r":\d+$", entry):
        raise InvalidInput("http_allow_entry_invalid", f"{entry!r} is not `host:port`, such as `localhost:9000`.")
    return target.host, target.port


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _invalid_url(url: str) -> InvalidInput:
    return InvalidInput("http_url_invalid", "This is not a URL that can be called.", detail=repr(url[:200]))
