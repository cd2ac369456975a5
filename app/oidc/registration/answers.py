"""What a registered client is told of itself (RFC 7591 §3.2.1, RFC 7592 §3)."""

from __future__ import annotations

from typing import Final

import orjson

from app.clients.registration.types import RegisteredClient
from app.clients.types import PROTOCOL_FIELDS, Client, ClientKind
from app.kit.runtime import settings

PATH: Final = "/oauth2/register"
_LISTS: Final = ("redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types", "contacts")
_TEXTS: Final = (
    "token_endpoint_auth_method", "token_endpoint_auth_signing_alg", "jwks_uri", "id_token_signed_response_alg",
    "client_uri", "logo_uri", "tos_uri", "policy_uri",
)  # fmt: skip
_NATIVE_KINDS: Final = frozenset({ClientKind.NATIVE, ClientKind.DEVICE})


def describe_registered(registered: RegisteredClient) -> dict[str, object]:
    """All that is registered, with the registration access token, and the secret where there is a new one."""
    client = registered.client
    issued: dict[str, object] = {
        "client_id": client.id,
        "client_id_issued_at": int(client.created_at.timestamp()),
        "registration_access_token": registered.registration_token,
        "registration_client_uri": f"{settings().issuer}{PATH}/{client.id}",
    }
    if registered.secret is not None:
        issued["client_secret"] = registered.secret
    if client.has_secret:
        # 0: it does not expire.
        issued["client_secret_expires_at"] = 0
    return {**issued, **_describe_metadata(client)}


def _describe_metadata(client: Client) -> dict[str, object]:
    told: dict[str, object] = {
        "client_name": client.name,
        "application_type": "native" if client.kind in _NATIVE_KINDS else "web",
        "scope": " ".join(client.scopes),
        **{name: list(getattr(client, name)) for name in _LISTS},
        **{name: getattr(client, name) for name in _TEXTS},
        **{name: getattr(client, name) for name in PROTOCOL_FIELDS},
    }
    if client.jwks is not None:
        told["jwks"] = orjson.loads(client.jwks)
    return {name: value for name, value in told.items() if value is not None}
