"""What a well-formed user is. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import email_validator
import orjson

from app.kit.errors import AppError
from app.users.errors import InvalidUser

# Inside a house, mail also goes to names that the public internet does not know.
_HOUSE_DOMAINS = {"local", "localhost", "test"}
email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = set(email_validator.SPECIAL_USE_DOMAIN_NAMES) - _HOUSE_DOMAINS

MAX_EMAIL = 254
MAX_NAME = 200
MAX_URL = 2_048
MAX_ATTRIBUTES_BYTES = 16_384
MAX_REASON = 500
_NO_PICTURE = f"A picture is an https URL of at most {MAX_URL} characters."
_USERNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
# An escaped NUL in JSON, as opposed to a backslash followed by the letters.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_LOCALE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,3}")
_FOREIGN_ID = re.compile(r"[A-Za-z0-9._:@|-]{1,64}")
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def normalize_email(email: str) -> str:
    """The address as it is stored: NFC, domain in lower case.

    Raises:
        InvalidUser: when it is not an address.
    """
    text = email.strip()
    try:
        if len(text) > MAX_EMAIL:
            raise ValueError("too long")
        checked = email_validator.validate_email(text, check_deliverability=False, globally_deliverable=False)
    except ValueError:
        raise InvalidUser("email", "This is not an e-mail address.") from None
    return checked.normalized


def normalize_login(login: str) -> str:
    """What somebody typed to sign in, in the form in which it is stored: an address or a username."""
    try:
        return normalize_email(login) if "@" in login else login.strip()
    except InvalidUser:
        return login.strip()


def check_fields(fields: Mapping[str, object]) -> list[AppError]:
    """Everything that is wrong with the given fields."""
    problems: list[AppError] = []
    for name, check in _CHECKS.items():
        value = fields.get(name)
        if value is None:
            continue
        reason = check(value)
        if reason:
            problems.append(InvalidUser(name, reason))
    return problems


def is_username(text: str) -> bool:
    return _USERNAME.fullmatch(text) is not None


def is_locale(text: str) -> bool:
    """Whether it looks like a language tag (BCP 47)."""
    return _LOCALE.fullmatch(text) is not None


def has_control_characters(text: str) -> bool:
    """Whether a text breaks the line, turns its direction (U+202E and the like) or holds half a character."""
    return any(
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or unicodedata.bidirectional(character) in _TURNING
        for character in text
    )


def _check_email(value: object) -> str | None:
    try:
        normalize_email(str(value))
    except InvalidUser as error:
        return error.message
    return None


def _check_username(value: object) -> str | None:
    if isinstance(value, str) and is_username(value):
        return None
    return "A username has 1 to 64 letters, digits, dots, dashes and underscores, none of the latter at its ends."


def _check_name(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > MAX_NAME or has_control_characters(value):
        return f"A name has at most {MAX_NAME} characters and no control characters."
    return None


def _check_picture(value: object) -> str | None:
    text = str(value)
    try:
        parts = urlsplit(text)
    except ValueError:
        return _NO_PICTURE
    if len(text) > MAX_URL or parts.scheme != "https" or not parts.hostname or not text.isprintable() or " " in text:
        return _NO_PICTURE
    return None


def _check_locale(value: object) -> str | None:
    return None if is_locale(str(value)) else "A locale is a language tag such as en or de-CH (BCP 47)."


def _check_zoneinfo(value: object) -> str | None:
    return None if str(value) in _zones() else "A time zone is a name such as Europe/Berlin (IANA)."


def _check_attributes(value: object) -> str | None:
    if not isinstance(value, Mapping):
        return "Attributes are a JSON object."
    if not all(isinstance(key, str) and _ATTRIBUTE_NAME.fullmatch(key) for key in value):
        return "Names of attributes are identifiers: letters, digits and underscores, 64 at most."
    try:
        encoded = orjson.dumps(dict(value))
    except TypeError:
        return "Attributes hold texts, numbers of 64 bits, booleans, null, lists and objects with text keys."
    if len(encoded) > MAX_ATTRIBUTES_BYTES:
        return f"Attributes take at most {MAX_ATTRIBUTES_BYTES} bytes."
    return "Attributes cannot hold the character U+0000." if _NUL.search(encoded) else None


def _check_id(value: object) -> str | None:
    return None if _FOREIGN_ID.fullmatch(str(value)) else "An id has 1 to 64 letters, digits and . _ : @ | -"


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


_CHECKS: dict[str, Callable[[object], str | None]] = {
    "email": _check_email,
    "id": _check_id,
    "username": _check_username,
    "name": _check_name,
    "picture": _check_picture,
    "locale": _check_locale,
    "zoneinfo": _check_zoneinfo,
    "attributes": _check_attributes,
}
