"""What a well-formed user is. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import orjson
from email_validator import EmailNotValidError, validate_email

from app.kit.errors import AppError
from app.users.errors import InvalidUser

MAX_NAME = 200
MAX_URL = 2_048
MAX_ATTRIBUTES_BYTES = 16_384
MAX_REASON = 500
_USERNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_LOCALE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,3}")
_FOREIGN_ID = re.compile(r"[A-Za-z0-9._:@|-]{1,64}")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def normalize_email(email: str) -> str:
    """The address as it is stored: NFC, domain in lower case.

    Raises:
        InvalidUser: when it is not an address.
    """
    try:
        checked = validate_email(email.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise InvalidUser("email", "This is not an e-mail address.") from None
    return checked.normalized


def check_fields(fields: Mapping[str, object]) -> list[AppError]:
    """Everything that is wrong with the given fields (`email` apart)."""
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


def has_control_characters(text: str) -> bool:
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)


def _check_username(value: object) -> str | None:
    if isinstance(value, str) and is_username(value):
        return None
    return "A username has 1 to 64 letters, digits, dots, dashes and underscores, and begins and ends with a letter or digit."


def _check_name(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > MAX_NAME or has_control_characters(value):
        return f"A name has at most {MAX_NAME} characters and no control characters."
    return None


def _check_picture(value: object) -> str | None:
    text = str(value)
    parts = urlsplit(text)
    if len(text) > MAX_URL or parts.scheme != "https" or not parts.hostname or has_control_characters(text):
        return "A picture is an https URL."
    return None


def _check_locale(value: object) -> str | None:
    return None if _LOCALE.fullmatch(str(value)) else "A locale is a language tag such as en or de-CH (BCP 47)."


def _check_zoneinfo(value: object) -> str | None:
    return None if str(value) in _zones() else "A time zone is a name such as Europe/Berlin (IANA)."


def _check_attributes(value: object) -> str | None:
    if not isinstance(value, Mapping):
        return "Attributes are a JSON object."
    if not all(isinstance(key, str) and _ATTRIBUTE_NAME.fullmatch(key) for key in value):
        return "Names of attributes are identifiers: letters, digits and underscores, 64 at most."
    if len(orjson.dumps(dict(value))) > MAX_ATTRIBUTES_BYTES:
        return f"Attributes take at most {MAX_ATTRIBUTES_BYTES} bytes."
    return None


def _check_id(value: object) -> str | None:
    return None if _FOREIGN_ID.fullmatch(str(value)) else "An id has 1 to 64 letters, digits and . _ : @ | -"


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


_CHECKS: dict[str, Callable[[object], str | None]] = {
    "id": _check_id,
    "username": _check_username,
    "name": _check_name,
    "picture": _check_picture,
    "locale": _check_locale,
    "zoneinfo": _check_zoneinfo,
    "attributes": _check_attributes,
}
