"""How a client proves who it is at token and revocation endpoint (RFC 6749 §2.3)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote_plus

from app.clients.service import find_client, verify_client_secret
from app.clients.types import Client
from app.events.service import emit
from app.kit.actor import ANONYMOUS, Actor, ActorKind, Origin
from app.kit.db import after_rollback
from app.kit.limits import RateLimit, address_bucket, count_hit
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.params import Params
from app.oidc.types import ClientRefused

AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
MAX_HEADER_LENGTH = 2_048
# So many refusals of one address an hour leave an audit row; the rest would only fill the disk.
_AUDITED = RateLimit("oidc.client_refused", hits=20, window=timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a client says it is, and how it proves it."""

    client_id: str
    secret: str | None
    method: str


async def authenticate_client(params: Params, authorization: str | None, origin: Origin) -> Client:
    """The client that calls, inside the caller's unit of work.

    Raises:
        EndpointError: `invalid_request` for two proofs at once; `invalid_client` for everything else: unknown,
            disabled, wrong secret, another method than the registered one. The refusal is audited.
    """
    credentials = read_credentials(params, authorization)
    client = await find_client(credentials.client_id)
    if client is None or not await _is_proved(client, credentials):
        after_rollback(lambda: _note_refusal(client, origin))
        raise _refusal()
    return client


def read_credentials(params: Params, authorization: str | None) -> Credentials:
    """Exactly one proof out of header and body.

    Raises:
        EndpointError: `invalid_request`, `invalid_client`.
    """
    client_id, secret = params.get("client_id"), params.get("client_secret")
    if authorization is not None:
        basic = _read_basic(authorization)
        # RFC 6749 §2.3: not more than one method in a request.
        if secret is not None or client_id not in {None, basic.client_id}:
            raise EndpointError(ErrorCode.INVALID_REQUEST, "Two client authentications came at once.")
        return basic
    if client_id is None:
        raise _refusal()
    return Credentials(client_id, secret, "none" if secret is None else "client_secret_post")


def actor_of(client: Client, origin: Origin) -> Actor:
    """The client as the caller."""
    return Actor(ActorKind.CLIENT, client.id, client_id=client.id, origin=origin)


async def _is_proved(client: Client, credentials: Credentials) -> bool:
    if not client.is_enabled or credentials.method != client.token_endpoint_auth_method:
        return False
    return credentials.secret is None or await verify_client_secret(client.id, credentials.secret)


def _read_basic(header: str) -> Credentials:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(header) > MAX_HEADER_LENGTH:
        raise _refusal()
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        # RFC 6749 §2.3.1: both halves are form-encoded first.
        client_id, secret = (unquote_plus(half, errors="strict") for half in (client_id, secret))
    except ValueError:  # not base64, not even ASCII, or not UTF-8
        raise _refusal() from None
    if not colon or not client_id or "\0" in client_id + secret:
        raise _refusal()
    return Credentials(client_id, secret, "client_secret_basic")


def _refusal() -> EndpointError:
    return EndpointError(
        ErrorCode.INVALID_CLIENT,
        "Client authentication failed: unknown client, wrong secret, or not the registered method.",
    )


async def _note_refusal(client: Client | None, origin: Origin) -> None:
    if await count_hit(_AUDITED, address_bucket(origin.ip)) <= _AUDITED.hits:
        await emit(ANONYMOUS.at(origin), ClientRefused(target_id=client.id if client else None))
