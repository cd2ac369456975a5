"""Cuts secrets and personal data out of what is logged: by the name of a field, and by their shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from structlog.typing import EventDict, WrappedLogger

REDACTED = "[redacted]"
MAX_TEXT_CHARACTERS = 2_000
MAX_TRACE_CHARACTERS = 20_000
MAX_ITEMS = 50
MAX_DEPTH = 5
_MAX_READ_CHARACTERS = 50_000  # what lies beyond is cut without a look

_OURS = frozenset({"timestamp", "level", "logger", "request_id"})
_SENSITIVE = frozenset(
    {
        "apikey", "assertion", "authorization", "code", "cookie", "credential", "dsn", "email", "jwt", "otp",
        "passphrase", "passwd", "password", "pin", "pwd", "secret", "token", "totp", "verifier",
    }
)  # fmt: skip
_SENSITIVE_PAIRS = frozenset({("api", "key"), ("private", "key")})
_SENSITIVE_NUMBERS = frozenset({"code", "otp", "pin", "password", "totp"})
# `token_id` and `email_count` tell about a secret, they are none; so do `status_code` and `error_code`.
_HARMLESS_ENDS = frozenset({"id", "ids", "count", "type", "kind", "ttl", "name", "size", "bytes", "length", "method"})
_HARMLESS_CODES = frozenset({"status", "error", "exit", "close", "http"})
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_ERROR_CODE = re.compile(r"[a-z]+(?:_[a-z]+)+")

_PARAMETER = r"(?:[a-z_]*(?:password|secret|token|assertion|verifier|email|login_hint|api_key)|(?:[a-z]+_)?code)"
# INVARIANT: no shape takes more than linear time; an attacker chooses the text.
_SHAPES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?i)\b(bearer|basic|dpop)\s+[a-z0-9._~+/=-]{8,}", rf"\1 {REDACTED}"),
        (r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}", REDACTED),
        (r"://[^/\s:@]{0,100}:[^/\s@]{0,200}@", f"://{REDACTED}@"),
        (rf"(?i)(?<![a-z0-9_])(?!(?:status|error|exit|close|http)_code)({_PARAMETER}=)[^&\s\"';,)]+", rf"\1{REDACTED}"),
        (rf"(?i)([\"']{_PARAMETER}[\"']\s*:\s*[\"'])(?:[^\"'\\]|\\.)+", rf"\1{REDACTED}"),
        (r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", REDACTED),
        # Our own: a prefix and 256 random bits; and whatever else looks random and as long.
        (r"(?<![A-Za-z0-9_-])[a-z]{2,10}_(?=[a-z_-]*[A-Z0-9])[A-Za-z0-9_-]{32,}", REDACTED),
        (
            r"(?<![A-Za-z0-9_-])(?=[a-z0-9_-]*[A-Z])(?=[A-Z0-9_-]*[a-z])[A-Za-z0-9_-]{40,}",
            REDACTED,
        ),
    )
)
_SUSPICIOUS = re.compile(r"[@=]|eyJ|[\"']\s*:|[A-Za-z0-9_-]{32}|(?i:bearer|basic|dpop)\s")


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: the event without secrets, with bounded values."""
    return {name: value if name in _OURS else _clean(name, value, 0) for name, value in event.items()}


def redact_text(text: str, *, max_characters: int = MAX_TEXT_CHARACTERS) -> str:
    """A text without what looks like a secret or an e-mail address, cut in the middle if it is long."""
    text = text[:_MAX_READ_CHARACTERS]
    if _SUSPICIOUS.search(text):
        for shape, replacement in _SHAPES:
            text = shape.sub(replacement, text)
    if len(text) <= max_characters:
        return text
    half = max_characters // 2
    return f"{text[:half]}…[{len(text) - 2 * half} characters cut]…{text[-half:]}"


def _clean(name: str, value: object, depth: int) -> object:
    if value is None or isinstance(value, bool):
        return value
    if _is_secret(name, value):
        return REDACTED
    match value:
        case int() | float():
            return value
        case str():
            limit = MAX_TRACE_CHARACTERS if name == "exception" else MAX_TEXT_CHARACTERS
            return redact_text(value, max_characters=limit)
        case bytes():
            return f"<{len(value)} bytes>"
        case Mapping() | list() | tuple() | set() | frozenset() if depth >= MAX_DEPTH:
            return "[nested too deep]"
        case Mapping():
            items = list(value.items())[:MAX_ITEMS]
            return {redact_text(str(key)): _clean(str(key), item, depth + 1) for key, item in items}
        case list() | tuple() | set() | frozenset():
            return [_clean(name, item, depth + 1) for item in list(value)[:MAX_ITEMS]]
        case _:
            return redact_text(str(value))


def _is_secret(name: str, value: object) -> bool:
    word = _sensitive_word(name)
    if word is None or value == "":
        return False
    if isinstance(value, (int, float)):
        return word in _SENSITIVE_NUMBERS
    # The stable codes of our errors are logged as `code`; a code that someone could use is random.
    return not (name == "code" and isinstance(value, str) and _ERROR_CODE.fullmatch(value))


@lru_cache(maxsize=1_000)
def _sensitive_word(name: str) -> str | None:
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _HARMLESS_ENDS:
        return None
    for before, word in zip(["", *words], words, strict=False):
        single: str = word.removesuffix("s")
        if single == "code" and before in _HARMLESS_CODES:
            continue
        if single in _SENSITIVE or (before, single) in _SENSITIVE_PAIRS:
            return single
    return None
