"""Pure rules of the events room: what may be stored of what changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from ipaddress import IPv6Address, ip_address

from app.events.errors import AddressInvalid

REDACTED = "[redacted]"
MAX_TEXT_CHARS = 4_096
MAX_DEPTH = 8
MAX_ITEMS = 200

_SECRET_KEY = re.compile(
    r"passw|passphrase|secret|token|authori[sz]ation|cookie|credential|private|otp|recovery|hash|salt|verifier"
    r"|assertion|api_?key|session_?key",
    re.IGNORECASE,
)
# `token_endpoint_auth_method`, `access_token_ttl`, `secret_hint`: about a secret, not one.
_HARMLESS_KEY = re.compile(
    r"(alg|algs|algorithm|at|count|enabled|enc|expires|hint|id|ids|method|methods|name|seconds|ttl|type|types|uri|url)$",
    re.IGNORECASE,
)
_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_SECRET_VALUE = re.compile(
    r"\b[a-z]{2,8}_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"
    r"|\bak_[a-z0-9]{1,12}_[0-9a-z]{26}_[0-9A-Za-z]{43,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\$(argon2|scrypt|2[aby]|pbkdf2)[^\s]*",
    re.DOTALL,
)


def redact(values: Mapping[str, object]) -> dict[str, object]:
    """A JSON copy in which secrets, by the name of their key or by their looks, are replaced.

    Texts, lists and nesting are bounded; characters that PostgreSQL refuses are replaced.
    """
    return {str(key)[:MAX_TEXT_CHARS]: _redact(str(key), value, 1) for key, value in _bounded(values)}


def clean_text(text: str, max_chars: int = MAX_TEXT_CHARS) -> str:
    """The text without secrets, NUL and lone surrogates, cut to size."""
    printable = text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return _SECRET_VALUE.sub(REDACTED, printable)[:max_chars]


def read_address(text: str) -> str:
    """An address as the trail has it.

    Raises:
        AddressInvalid.
    """
    try:
        address = ip_address(text.strip())
    except ValueError:
        raise AddressInvalid from None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def names_a_secret(key: str) -> bool:
    """Whether the value under this key has to be hidden."""
    words = [word for word in _WORD_BREAK.split(key) if word]
    is_harmless = len(words) > 1 and _HARMLESS_KEY.fullmatch(words[-1]) is not None
    return not is_harmless and _SECRET_KEY.search("_".join(words)) is not None


def _redact(key: str, value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes | bytearray | memoryview) or names_a_secret(key) or depth > MAX_DEPTH:
        return REDACTED
    if isinstance(value, Mapping):
        return {str(name)[:MAX_TEXT_CHARS]: _redact(str(name), item, depth + 1) for name, item in _bounded(value)}
    if isinstance(value, list | tuple | set | frozenset):
        items = list(value) if isinstance(value, list | tuple) else sorted(value, key=str)
        return [_redact("", item, depth + 1) for item in items[:MAX_ITEMS]]
    return clean_text(_as_text(value))


def _bounded(values: Mapping[str, object]) -> list[tuple[str, object]]:
    return list(values.items())[:MAX_ITEMS]


def _as_text(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
