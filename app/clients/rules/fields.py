"""Checks of each field of a client, and of fields that depend on each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.clients.errors import InvalidClient, InvalidRedirectUri, RedirectUriRequired, Required, TooLong
from app.clients.rules import protocol
from app.clients.rules.kinds import KINDS
from app.clients.rules.proofs import check_client_ids, check_jwks, check_proofs, check_resource_uris, check_signing_alg
from app.clients.rules.redirects import find_redirect_problem, find_web_problem
from app.clients.rules.values import FieldContext, Problems, check_list, texts, write_jwks
from app.clients.types import AUTHORIZATION_CODE, REFRESH_TOKEN, ClientKind

MAX_NAME = 120
MAX_DESCRIPTION = 1_000
MAX_URIS = 50
MAX_SCOPES = 100
MAX_CONTACTS = 10
ACCESS_TTL_SECONDS = (300, 3_600)
REFRESH_TTL_SECONDS = (300, 31_536_000)

# Controls, line separators, surrogates, and marks that turn the direction of what a person reads.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# RFC 6749 §3.3
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,100}")
_LISTS = (
    "redirect_uris", "post_logout_redirect_uris", "contacts", "allowed_audiences", "token_exchange_clients",
    "resource_uris", "default_acr_values", "request_uris",
)  # fmt: skip
_CONTACT = re.compile(r"[^@\s\x00-\x1f\x7f-\x9f]{1,64}@[^@\s\x00-\x1f\x7f-\x9f]{1,189}")


def clean_fields(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields as they are stored: texts without outer blanks, lists as tuples, absent ones empty."""
    cleaned = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    for name in ("name", "description"):
        value = cleaned.get(name)
        if isinstance(value, str):
            cleaned[name] = value.strip() or None
    for name in _LISTS:
        if name in cleaned and cleaned[name] is None:
            cleaned[name] = ()
    if cleaned.get("jwks") is not None:
        cleaned["jwks"] = write_jwks(cleaned["jwks"])
    return cleaned


def fill_defaults(fields: Mapping[str, object], kind: ClientKind) -> dict[str, object]:
    """The fields with the kind's defaults for what was left to it."""
    rules = KINDS[kind]
    defaults = {
        "grant_types": rules.grant_types,
        "scopes": rules.scopes,
        "token_endpoint_auth_method": rules.auth_methods[0],
    }
    return {name: defaults.get(name) if value is None else value for name, value in fields.items()}


def check_fields(fields: Mapping[str, object], context: FieldContext) -> Problems:
    """Everything that is wrong with single fields; only those given are looked at."""
    problems: Problems = []
    for name, value in fields.items():
        check = _CHECKS.get(name)
        if check is not None:
            problems += check(name, value, context)
    return problems


def check_together(fields: Mapping[str, object], kind: ClientKind) -> Problems:
    """What is wrong with a whole client whose fields are well-formed by themselves."""
    grants, problems = texts(fields["grant_types"]), Problems()
    if AUTHORIZATION_CODE in grants and not fields["redirect_uris"]:
        problems.append(RedirectUriRequired())
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        if AUTHORIZATION_CODE not in grants and fields[name]:
            problems.append(InvalidRedirectUri("This client signs nobody in by redirects: it has none.", name))
    if REFRESH_TOKEN in grants and len(grants) == 1:
        problems.append(InvalidClient("A refresh token needs a grant that gives it.", "grant_types"))
    if not fields["require_pkce"] and not KINDS[kind].is_confidential:
        problems.append(InvalidClient("A public client always uses PKCE.", "require_pkce"))
    return problems + check_proofs(fields) + protocol.check_protocol(fields)


def _check_name(name: str, value: object, context: FieldContext) -> Problems:
    if not isinstance(value, str) or not value:
        return [Required("A client has a name.", name)]
    if len(value) > MAX_NAME:
        return [TooLong(f"A name has at most {MAX_NAME} characters.", name)]
    return [InvalidClient("A name holds no control characters.", name)] if _UNPRINTABLE.search(value) else []


def _check_description(name: str, value: object, context: FieldContext) -> Problems:
    if value is None:
        return []
    text = str(value).replace("\n", "")
    if len(text) > MAX_DESCRIPTION:
        return [TooLong(f"A description has at most {MAX_DESCRIPTION} characters.", name)]
    return [InvalidClient("A description holds no control characters.", name)] if _UNPRINTABLE.search(text) else []


def _check_flag(name: str, value: object, context: FieldContext) -> Problems:
    return [] if isinstance(value, bool) else [Required("It is either true or false.", name)]


def _check_redirects(name: str, value: object, context: FieldContext) -> Problems:
    uris = texts(value)
    problems = check_list(name, uris, MAX_URIS)
    for place, uri in enumerate(uris[:MAX_URIS]):
        reason = find_redirect_problem(uri, context.kind)
        if reason is not None:
            problems.append(InvalidRedirectUri(reason, name, str(place)))
    return problems


def _check_scopes(name: str, value: object, context: FieldContext) -> Problems:
    scopes = texts(value)
    wrong = [place for place, scope in enumerate(scopes) if not _SCOPE.fullmatch(scope)]
    return check_list(name, scopes, MAX_SCOPES) + [
        InvalidClient("A scope has 1 to 100 printable characters and no blanks.", name, str(place)) for place in wrong
    ]


def _check_grants(name: str, value: object, context: FieldContext) -> Problems:
    grants, allowed = texts(value), KINDS[context.kind].allowed_grant_types
    if not grants:
        return [Required("A client has a grant type.", name)]
    return check_list(name, grants, len(allowed)) + [
        InvalidClient("This kind of client cannot use this grant type.", name, str(place))
        for place, grant in enumerate(grants)
        if grant not in allowed
    ]


def _check_auth_method(name: str, value: object, context: FieldContext) -> Problems:
    if value in KINDS[context.kind].auth_methods:
        return []
    return [InvalidClient("This kind of client cannot prove itself in this way.", name)]


def _check_alg(name: str, value: object, context: FieldContext) -> Problems:
    if value is None or value in context.algs:
        return []
    return [InvalidClient(f"ID tokens are signed with {', '.join(context.algs)}.", name)]


def _check_access_ttl(name: str, value: object, context: FieldContext) -> Problems:
    return _check_range(name, value, ACCESS_TTL_SECONDS)


def _check_refresh_ttl(name: str, value: object, context: FieldContext) -> Problems:
    return _check_range(name, value, REFRESH_TTL_SECONDS)


def _check_range(name: str, value: object, bounds: tuple[int, int]) -> Problems:
    low, high = bounds
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and low <= value <= high):
        return []
    return [InvalidClient(f"It lies between {low} and {high} seconds.", name)]


def _check_page(name: str, value: object, context: FieldContext) -> Problems:
    if value is None:
        return []
    reason = find_web_problem(str(value))
    return [InvalidClient(reason, name)] if reason else []


def _check_contacts(name: str, value: object, context: FieldContext) -> Problems:
    contacts = texts(value)
    return check_list(name, contacts, MAX_CONTACTS) + [
        InvalidClient("A contact is an e-mail address.", name, str(place))
        for place, contact in enumerate(contacts)
        if not _CONTACT.fullmatch(contact)
    ]


_CHECKS: dict[str, Callable[[str, object, FieldContext], Problems]] = {
    "name": _check_name,
    "description": _check_description,
    "is_enabled": _check_flag,
    "is_first_party": _check_flag,
    "require_pkce": _check_flag,
    "require_mfa": _check_flag,
    "redirect_uris": _check_redirects,
    "post_logout_redirect_uris": _check_redirects,
    "grant_types": _check_grants,
    "scopes": _check_scopes,
    "token_endpoint_auth_method": _check_auth_method,
    "token_endpoint_auth_signing_alg": check_signing_alg,
    "jwks": check_jwks,
    "jwks_uri": protocol.check_address,
    "allowed_audiences": check_client_ids,
    "token_exchange_clients": check_client_ids,
    "resource_uris": check_resource_uris,
    "id_token_signed_response_alg": _check_alg,
    "access_token_ttl_seconds": _check_access_ttl,
    "refresh_token_ttl_seconds": _check_refresh_ttl,
    "subject_type": protocol.check_subject_type,
    "sector_identifier_uri": protocol.check_address,
    "userinfo_signed_response_alg": protocol.check_response_alg,
    "introspection_signed_response_alg": protocol.check_response_alg,
    "request_object_signing_alg": protocol.check_request_alg,
    "require_signed_request_object": _check_flag,
    "require_pushed_authorization_requests": _check_flag,
    "request_uris": protocol.check_request_uris,
    "dpop_bound_access_tokens": _check_flag,
    "default_max_age": protocol.check_max_age,
    "default_acr_values": protocol.check_acr_values,
    "initiate_login_uri": protocol.check_address,
    "backchannel_logout_uri": protocol.check_address,
    "backchannel_logout_session_required": _check_flag,
    "frontchannel_logout_uri": protocol.check_address,
    "frontchannel_logout_session_required": _check_flag,
    "software_id": protocol.check_software,
    "software_version": protocol.check_software,
    "client_uri": _check_page,
    "logo_uri": _check_page,
    "tos_uri": _check_page,
    "policy_uri": _check_page,
    "contacts": _check_contacts,
}
