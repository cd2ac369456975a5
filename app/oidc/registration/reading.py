"""Reads client metadata as it was sent: JSON, bounded, each member of its type. Unknown members are ignored.

Source: RFC 7591 §2, OpenID Connect Dynamic Client Registration §2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import orjson

from app.oidc.registration.errors import MetadataRefused, RegistrationProblem

MAX_BYTES: Final = 65_536
MAX_LEVELS: Final = 8
MAX_ITEMS: Final = 200
_TEXTS: Final = (
    "client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri", "scope", "application_type",
    "software_id", "software_version", "token_endpoint_auth_method", "token_endpoint_auth_signing_alg",
    "id_token_signed_response_alg", "userinfo_signed_response_alg", "introspection_signed_response_alg",
    "request_object_signing_alg", "subject_type", "sector_identifier_uri", "initiate_login_uri",
    "backchannel_logout_uri", "frontchannel_logout_uri", "software_statement", "client_id", "client_secret",
)  # fmt: skip
_LISTS: Final = (
    "redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types", "contacts", "default_acr_values",
    "request_uris",
)  # fmt: skip
_FLAGS: Final = (
    "require_signed_request_object", "require_pushed_authorization_requests", "dpop_bound_access_tokens",
    "backchannel_logout_session_required", "frontchannel_logout_session_required",
    "tls_client_certificate_bound_access_tokens",
)  # fmt: skip
# To leave these out silently would weaken what the client counts on.
_NOT_OFFERED: Final = {
    "id_token_encrypted_response_alg": "ID tokens are not encrypted.",
    "userinfo_encrypted_response_alg": "UserInfo answers are not encrypted.",
    "introspection_encrypted_response_alg": "Introspection answers are not encrypted.",
    "request_object_encryption_alg": "Request objects are signed, not encrypted.",
    "tls_client_certificate_bound_access_tokens": "Tokens are bound by DPoP (RFC 9449), not by certificates.",
}
_JWT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")

Sent = Mapping[str, object]


def read_json(raw: bytes) -> Sent:
    """The JSON object that was sent.

    Raises:
        MetadataRefused: it is none, too large, nested too deeply, or holds a NUL character.
    """
    if len(raw) > MAX_BYTES:
        raise _refuse(f"Metadata has at most {MAX_BYTES} bytes.")
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise _refuse("Metadata is a JSON object in UTF-8.") from None
    if not isinstance(document, dict):
        raise _refuse("Metadata is a JSON object in UTF-8.")
    if not _is_within([document], MAX_LEVELS):
        raise _refuse(f"Metadata has at most {MAX_LEVELS} levels and {MAX_ITEMS} members or items on each.")
    if b"\\u0000" in raw:
        raise _refuse("Metadata holds no NUL characters.")
    return document


def read_members(document: Sent) -> dict[str, object]:
    """The members that mean something here, each of its type. null and empty ones count as left out.

    Raises:
        MetadataRefused: one has another type, or asks for what we do not offer.
    """
    given = {name: value for name, value in document.items() if value not in (None, "", [])}
    _check_types(given, _TEXTS, str, "a text")
    _check_types(given, _FLAGS, bool, "true or false")
    _check_types(given, ("default_max_age",), int, "a number of seconds")
    _check_types(given, ("jwks",), dict, "a JWK Set")
    _check_types(given, _LISTS, list, "a list of texts")
    for name in _LISTS:
        items = given.get(name, [])
        if isinstance(items, list) and not all(isinstance(item, str) for item in items):
            raise _refuse(f"{name} is a list of texts.")
    _refuse_what_is_not_offered(given)
    known = {*_TEXTS, *_LISTS, *_FLAGS, "default_max_age", "jwks"}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items() if name in known}


def _refuse_what_is_not_offered(given: Sent) -> None:
    statement = given.get("software_statement")
    if statement is not None:
        is_statement = _JWT.fullmatch(str(statement)) is not None
        code = RegistrationProblem.STATEMENT_UNAPPROVED if is_statement else RegistrationProblem.STATEMENT
        raise MetadataRefused(code, "This server trusts no issuer of software statements. Register without one.")
    for name, reason in _NOT_OFFERED.items():
        if given.get(name):
            raise _refuse(f"{name}: {reason}")


def _check_types(given: Sent, names: Iterable[str], kind: type, told: str) -> None:
    for name in names:
        value = given.get(name)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise _refuse(f"{name} is {told}.")


def _is_within(values: Iterable[object], levels: int) -> bool:
    """Whether all of these have at most so many levels, and none more than MAX_ITEMS items on one."""
    layer = list(values)
    for _ in range(levels):
        below: list[object] = []
        for value in layer:
            items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
            if len(items) > MAX_ITEMS:
                return False
            below += items
        layer = below
    return not any(isinstance(value, dict | list) for value in layer)


def _refuse(description: str) -> MetadataRefused:
    return MetadataRefused(RegistrationProblem.METADATA, description)
