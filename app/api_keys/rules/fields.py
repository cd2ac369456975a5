"""Which values a key may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from app.api_keys.errors import InvalidKeyInput, Required, TooLong
from app.api_keys.rules.networks import clean_network
from app.api_keys.types import KeyUse
from app.kit.errors import AppError

MAX_NAME: Final = 120
MAX_NOTE: Final = 1_000
MAX_ADDRESSES: Final = 50
MAX_SCOPES: Final = 20
MAX_GRANTS: Final = 50
MAX_RATE_LIMIT: Final = 10_000_000
# Longer than any machine is kept; a mistyped year is told.
MAX_LIFE: Final = timedelta(days=10 * 366)
MAX_OVERLAP: Final = timedelta(days=30)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_IN_LINES: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean_values(given: Mapping[str, object]) -> dict[str, object]:
    """The values as they are stored: trimmed texts, each word once, networks in one notation."""
    cleaned = dict(given)
    for name in ("name", "note"):
        if isinstance(text := cleaned.get(name), str):
            cleaned[name] = text.strip() or None
    if "allowed_addresses" in cleaned:
        texts = _texts(cleaned["allowed_addresses"])
        cleaned["allowed_addresses"] = tuple(dict.fromkeys(clean_network(each) or each for each in texts))
    if "scopes" in cleaned:
        cleaned["scopes"] = tuple(dict.fromkeys(_texts(cleaned["scopes"])))
    if "uses" in cleaned:
        wanted = set(_texts(cleaned["uses"]))
        cleaned["uses"] = tuple(each for each in KeyUse if each in wanted)
    return cleaned


def find_problems(values: Mapping[str, object], allowed_scopes: frozenset[str], now: datetime) -> list[AppError]:
    """Everything that is wrong with cleaned values; those that are absent are not looked at.

    Args:
        allowed_scopes: what tokens of this owner's keys may carry.
    """
    found: list[AppError] = []
    for name, value in values.items():
        if name == "scopes":
            found += _check_scopes(_texts(value), allowed_scopes)
        elif name == "expires_at":
            found += _check_expiry(value, now)
        elif name in _CHECKS:
            found += _CHECKS[name](value)
    return found


def _check_name(value: object) -> Iterator[AppError]:
    if not isinstance(value, str):
        yield Required("A key has a name.", "name")
    elif len(value) > MAX_NAME:
        yield TooLong(f"A name has at most {MAX_NAME} characters.", "name")
    elif _CONTROL.search(value):
        yield InvalidKeyInput("A name is one line of text.", "name")


def _check_note(value: object) -> Iterator[AppError]:
    if isinstance(value, str) and len(value) > MAX_NOTE:
        yield TooLong(f"A note has at most {MAX_NOTE} characters.", "note")
    elif isinstance(value, str) and _CONTROL_IN_LINES.search(value):
        yield InvalidKeyInput("A note holds a character that cannot be shown.", "note")


def _check_uses(value: object) -> Iterator[AppError]:
    if not value:
        yield Required("A key is for something: EXCHANGE, DIRECT or both.", "uses")


def _check_addresses(value: object) -> Iterator[AppError]:
    texts = _texts(value)
    if len(texts) > MAX_ADDRESSES:
        yield TooLong(f"A key has at most {MAX_ADDRESSES} networks.", "allowed_addresses")
        return
    for number, text in enumerate(texts):
        if clean_network(text) is None:
            yield InvalidKeyInput(
                "This is no address or network: write 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32, without bits behind "
                "the prefix.",
                "allowed_addresses",
                str(number),
            )


def _check_rate(value: object) -> Iterator[AppError]:
    if isinstance(value, int) and not 1 <= value <= MAX_RATE_LIMIT:
        yield InvalidKeyInput(f"A rate limit is 1 to {MAX_RATE_LIMIT} uses a minute.", "rate_limit_per_minute")


def _check_scopes(scopes: Sequence[str], allowed: frozenset[str]) -> Iterator[AppError]:
    if len(scopes) > MAX_SCOPES:
        yield TooLong(f"A key has at most {MAX_SCOPES} scopes.", "scopes")
    for number, scope in enumerate(scopes):
        if scope not in allowed:
            yield InvalidKeyInput("Tokens of this owner's keys may not carry this scope.", "scopes", str(number))


def _check_expiry(value: object, now: datetime) -> Iterator[AppError]:
    if not isinstance(value, datetime):
        return
    if value.tzinfo is None or value <= now:
        yield InvalidKeyInput("A key expires in the future.", "expires_at")
    elif value > now + MAX_LIFE:
        yield InvalidKeyInput("A key lives ten years at most; without an expiry it has no end.", "expires_at")


_CHECKS: Final = {
    "name": _check_name,
    "note": _check_note,
    "uses": _check_uses,
    "allowed_addresses": _check_addresses,
    "rate_limit_per_minute": _check_rate,
}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple | list) else ()
