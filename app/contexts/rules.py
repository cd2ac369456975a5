"""What a well-formed registration context is, and whom one means. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from app.clients.errors import InvalidRedirectUri
from app.clients.rules import derive_origins, is_origin, validate_redirect_uri
from app.clients.types import Client, ClientKind
from app.contexts.errors import GrantForeign, InvalidContext
from app.contexts.types import Entry, Grant
from app.kit.errors import AppError
from app.users.errors import InvalidUser
from app.users.rules import has_control_characters, normalize_email
from app.users.types import User

MAX_GRANTS: Final = 50
MAX_ORIGINS: Final = 50
MAX_DOMAINS: Final = 200
_MAX_NAME: Final = 80
_MAX_DESCRIPTION: Final = 500
_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_ORIGIN: Final = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_WEB: Final = frozenset({"http", "https"})


def clean_context(columns: Mapping[str, object]) -> dict[str, object]:
    """The columns as they are stored: text without blanks around it, origins and domains in one spelling.

    What is malformed stays as it is: `check_context` says so.
    """
    cleaned = {name: value.strip() if isinstance(value, str) else value for name, value in columns.items()}
    if not cleaned.get("description"):
        cleaned["description"] = None
    cleaned["allowed_origins"] = tuple(read_origin(each) or each for each in _texts(columns["allowed_origins"]))
    cleaned["allowed_domains"] = tuple(_read_domain(each) or each for each in _texts(columns["allowed_domains"]))
    return cleaned


def check_context(columns: Mapping[str, object], grants: Sequence[Grant]) -> list[AppError]:
    """Everything that is wrong with a whole context, apart from what only models can tell."""
    problems: list[AppError] = [
        InvalidContext(reason, name) for name, check in _CHECKS.items() if (reason := check(columns[name]))
    ]
    problems += _check_list("allowed_origins", columns, MAX_ORIGINS, read_origin, _BAD_ORIGIN)
    problems += _check_list("allowed_domains", columns, MAX_DOMAINS, _read_domain, _BAD_DOMAIN)
    return problems + _check_grants(columns["client_id"], grants)


def origin_of(uri: str) -> str | None:
    """The origin of an address that a browser is sent to (RFC 6454 §4); None where a private scheme has none."""
    if urlsplit(uri).scheme not in _WEB:
        return None
    (origin,) = derive_origins(ClientKind.SPA, (uri,))
    return origin if is_origin(origin) else None


def trusted_origin(client: Client, uri: str) -> str | None:
    """The origin of a client's address; None also where the client said itself what it is: it may name anybody's."""
    return None if client.is_dynamic and not client.is_declared else origin_of(uri)


def read_origin(text: str) -> str | None:
    """A web origin in its one spelling; None when it is none that an application could have."""
    if _ORIGIN.fullmatch(text.strip()) is None:
        return None
    uri = text.strip().lower()
    try:
        validate_redirect_uri(f"{uri}/", ClientKind.WEB)
    except InvalidRedirectUri:
        return None
    return origin_of(uri)


def make_entry(user: User, clients: Sequence[str] = (), origin: str | None = None) -> Entry:
    """How a user comes. An address that is not proved has no domain here; a subdomain is another domain."""
    domain = user.email.rpartition("@")[2].lower() if user.email_verified else None
    return Entry(tuple(dict.fromkeys(clients)), domain, origin)


def gives_more(given: Mapping[str, object]) -> bool:
    """Whether a change may bring somebody something: then who changes has to hold it."""
    return bool(given.keys() & {"grants", "allowed_origins", "allowed_domains"}) or given.get("is_enabled") is True


_BAD_ORIGIN: Final = "An origin is https://, a host and perhaps a port, such as https://app.example.com."
_BAD_DOMAIN: Final = "A domain is what follows the @ of an address, such as example.com."


def _read_domain(text: str) -> str | None:
    try:
        address = normalize_email(f"somebody@{text.strip()}")
    except InvalidUser:
        return None
    return address.rpartition("@")[2] if "@" not in text else None


def _check_list(
    name: str, columns: Mapping[str, object], most: int, read: Callable[[str], str | None], reason: str
) -> list[AppError]:
    values = _texts(columns[name])
    problems: list[AppError] = [
        InvalidContext(reason, name, str(number)) for number, each in enumerate(values) if read(each) is None
    ]
    if len(values) > most:
        problems.append(InvalidContext(f"There are at most {most}.", name))
    if len(set(values)) < len(values):
        problems.append(InvalidContext("One of them is named twice.", name))
    return problems


def _check_grants(client_id: object, grants: Sequence[Grant]) -> list[AppError]:
    problems: list[AppError] = []
    if not 1 <= len(grants) <= MAX_GRANTS:
        problems.append(InvalidContext(f"There are 1 to {MAX_GRANTS} grants.", "grants"))
    if len(set(grants)) < len(grants):
        problems.append(InvalidContext("One of them is named twice.", "grants"))
    if client_id is not None:
        problems += [
            GrantForeign(str(client_id), each.entity_type, "grants", str(number), "entity_type")
            for number, each in enumerate(grants)
            if each.entity_type.rpartition(":")[0] != client_id
        ]
    return problems


def _check_slug(value: object) -> str | None:
    ok = isinstance(value, str) and _SLUG.fullmatch(value)
    return None if ok else "A slug has 1 to 40 small letters, digits and dashes, no dash at its ends."


def _check_name(value: object) -> str | None:
    ok = isinstance(value, str) and 0 < len(value) <= _MAX_NAME and not has_control_characters(value)
    return None if ok else f"A name has 1 to {_MAX_NAME} characters, none of them controls."


def _check_description(value: object) -> str | None:
    text = str(value or "")
    ok = len(text) <= _MAX_DESCRIPTION and not has_control_characters(text)
    return None if ok else f"A description has at most {_MAX_DESCRIPTION} characters, none of them controls."


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, tuple) else ()


_CHECKS: Final[dict[str, Callable[[object], str | None]]] = {
    "slug": _check_slug,
    "name": _check_name,
    "description": _check_description,
}
