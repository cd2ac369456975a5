"""From what a client says of itself to the client that is registered: its kind, its grants, its scopes.

Source: RFC 7591 §2 and §2.1, OpenID Connect Dynamic Client Registration §2, RFC 8252.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from app.clients.registration.types import SIGN_IN_GRANTS, InitialToken
from app.clients.rules import KINDS
from app.clients.types import (
    AUTH_BASIC,
    AUTH_NONE,
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    PLATFORM_SCOPE_PREFIX,
    PROTOCOL_FIELDS,
    TOKEN_EXCHANGE,
    Client,
    ClientKind,
    NewClient,
)
from app.oidc.registration.errors import MetadataRefused, RegistrationProblem
from app.oidc.types import Scope

_NATIVE: Final = "native"
_WEB: Final = "web"
_SAME_NAMES: Final = (
    "redirect_uris", "post_logout_redirect_uris", "token_endpoint_auth_signing_alg", "jwks", "jwks_uri",
    "id_token_signed_response_alg", "client_uri", "logo_uri", "tos_uri", "policy_uri", "contacts", *PROTOCOL_FIELDS,
)  # fmt: skip
_UNATTENDED: Final = frozenset({CLIENT_CREDENTIALS, TOKEN_EXCHANGE})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a client may get by saying so. `kept_scopes` it holds already.

    Attributes:
        was_unattended: what it holds was given to a client that may act without a user.
    """

    grant_types: tuple[str, ...] = SIGN_IN_GRANTS
    scopes: tuple[str, ...] = tuple(scope for scope in Scope if not scope.startswith(PLATFORM_SCOPE_PREFIX))
    unattended_scopes: tuple[str, ...] = ()
    kept_scopes: tuple[str, ...] = ()
    was_unattended: bool = False
    require_pkce: bool = True


def bounds_of(token: InitialToken | None, extra_scopes: tuple[str, ...], client: Client | None = None) -> Bounds:
    """What whoever holds this token (None: nobody asked for one) may register.

    Args:
        extra_scopes: what the settings let everybody have besides the scopes of signing in.
        client: what it is already; None for one that registers.
    """
    usual = Bounds() if client is None else Bounds(kept_scopes=client.scopes, was_unattended=_acts_alone(client))
    if token is None:
        return replace(usual, scopes=(*usual.scopes, *_without_platform(extra_scopes)))
    named = None if token.scopes is None else _without_platform(token.scopes)
    return replace(
        usual,
        grant_types=usual.grant_types if token.grant_types is None else token.grant_types,
        scopes=(*usual.scopes, *_without_platform(extra_scopes)) if named is None else named,
        unattended_scopes=named or (),
        require_pkce=token.require_pkce,
    )


def read_client(members: Mapping[str, object], bounds: Bounds) -> NewClient:
    """The client that these members (of their types already) describe, within the bounds.

    What it asks for beyond is left out, as RFC 7591 §2 lets a server do; the answer says what it got.

    Raises:
        MetadataRefused: nothing useful is left, or members contradict each other.
    """
    method, redirects = _read_method(members), _texts(members, "redirect_uris") or ()
    grants = _read_grants(members, bounds)
    kind = _find_kind(members, method, grants)
    grants = tuple(grant for grant in grants if grant in KINDS[kind].allowed_grant_types)
    if not grants:
        raise _refuse("grant_types: Such a client may use none of these here.")
    _check_response_types(members, grants)
    same = {name: members[name] for name in _SAME_NAMES if name in members}
    return NewClient(
        name=_read_name(members, redirects),
        kind=kind,
        grant_types=grants,
        scopes=_read_scopes(members, grants, bounds),
        token_endpoint_auth_method=method,
        require_pkce=bounds.require_pkce or method == AUTH_NONE,
        **same,  # type: ignore[arg-type]
    )


def _read_method(members: Mapping[str, object]) -> str:
    """RFC 7591 §2: client_secret_basic unless said otherwise. RFC 8252 §8.5: native apps keep no secrets."""
    method = members.get("token_endpoint_auth_method")
    if method is not None:
        return str(method)
    return AUTH_NONE if members.get("application_type") == _NATIVE else AUTH_BASIC


def _read_grants(members: Mapping[str, object], bounds: Bounds) -> tuple[str, ...]:
    asked = _texts(members, "grant_types") or (AUTHORIZATION_CODE,)
    grants = tuple(dict.fromkeys(grant for grant in asked if grant in bounds.grant_types))
    if not grants:
        raise _refuse("grant_types: None of these can be had by registering here.")
    return grants


def _find_kind(members: Mapping[str, object], method: str, grants: tuple[str, ...]) -> ClientKind:
    application_type = members.get("application_type", _WEB)
    if application_type not in {_WEB, _NATIVE}:
        raise _refuse("application_type: It is web or native.")
    signs_in_by_redirect = AUTHORIZATION_CODE in grants
    if method != AUTH_NONE:
        acts_alone = not signs_in_by_redirect and DEVICE_CODE not in grants
        return ClientKind.MACHINE if acts_alone else ClientKind.WEB
    if not signs_in_by_redirect and DEVICE_CODE in grants:
        return ClientKind.DEVICE
    # RFC 8252 §7: who is answered at a scheme of its own or on this machine runs there.
    is_local = any(_is_local(uri) for uri in _texts(members, "redirect_uris") or ())
    says_web = "application_type" in members and application_type == _WEB
    if application_type == _NATIVE or (is_local and not says_web) or _has_loopback(members):
        return ClientKind.NATIVE
    return ClientKind.SPA


def _check_response_types(members: Mapping[str, object], grants: tuple[str, ...]) -> None:
    """RFC 7591 §2.1: response types and grant types fit each other. Only `code` is offered."""
    asked = _texts(members, "response_types")
    if asked is None:
        return
    if "code" not in asked:
        raise _refuse("response_types: Only code is offered.")
    if AUTHORIZATION_CODE not in grants:
        raise _refuse("response_types: code needs the grant type authorization_code.")


def _read_scopes(members: Mapping[str, object], grants: tuple[str, ...], bounds: Bounds) -> tuple[str, ...]:
    """The scopes that were asked for, or all that may be had.

    Nobody consents to what is done unattended: scopes that the client held where users did are no claim to them.
    """
    is_unattended = bool(_UNATTENDED & set(grants))
    kept = () if is_unattended and not bounds.was_unattended else bounds.kept_scopes
    permitted = (*(bounds.unattended_scopes if is_unattended else bounds.scopes), *kept)
    asked = members.get("scope")
    words = permitted if asked is None else [scope for scope in str(asked).split(" ") if scope in permitted]
    return tuple(dict.fromkeys(words))


def _acts_alone(client: Client) -> bool:
    return bool(_UNATTENDED & set(client.grant_types))


def _read_name(members: Mapping[str, object], redirects: tuple[str, ...]) -> str:
    given = str(members.get("client_name", "")).strip()
    if given:
        return given
    hosts = (_host_of(uri) for uri in (*redirects, str(members.get("client_uri", ""))))
    return next((host for host in hosts if host), "Unnamed application")[:_MAX_NAME]


def _has_loopback(members: Mapping[str, object]) -> bool:
    redirects = _texts(members, "redirect_uris") or ()
    return any(uri.startswith("http://") and _host_of(uri) in _LOOPBACK for uri in redirects)


def _is_local(uri: str) -> bool:
    return not uri.startswith("https://")


def _host_of(uri: str) -> str | None:
    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None


def _texts(members: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    value = members.get(name)
    return tuple(str(item) for item in value) if isinstance(value, tuple) else None


def _without_platform(scopes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(scope for scope in scopes if not scope.startswith(PLATFORM_SCOPE_PREFIX))


def _refuse(description: str) -> MetadataRefused:
    return MetadataRefused(RegistrationProblem.METADATA, description)
