"""Who holds what a request shows: the one place where a proof becomes an actor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from app.api_keys.rules.form import looks_like_key
from app.api_keys.service import actor_of_key, admit_token, prove_key, resolve_key
from app.api_keys.types import KeyUse, ResolvedKey
from app.kit.actor import Actor, ActorKind, Origin
from app.oidc.access_tokens import AccessToken, find_user_token, read_claims
from app.oidc.client_tokens import ClientToken, actor_of_client, find_client_token, is_client_token
from app.oidc.errors import BearerError, ErrorCode
from app.oidc.key_tokens import KeyToken, actor_of_key_token, find_key_token, is_key_token

LiveToken = AccessToken | ClientToken | KeyToken
Prove = Callable[[str, Origin, KeyUse], Awaitable[ResolvedKey]]

_BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class Shown:
    """The proofs that came with a request.

    Attributes:
        authorization: every `Authorization` header.
    """

    authorization: Sequence[str] = field(default=(), repr=False)


async def find_holder(shown: Shown, origin: Origin) -> Actor:
    """The caller that these proofs are of, as of now: a user or client by an access token; an API key by itself.

    A key is counted and noted as used by that. A token of a key is bound to the networks of the key, and counts too.

    Raises:
        BearerError: without a code when nothing was shown; `invalid_request` for what is no single bearer token;
            `invalid_token`.
        KeyRefusal: of an API key, or of a token of it.
        Unavailable: keys or database cannot be read now.
    """
    return await _find(shown, origin, resolve_key, is_use=True)


async def look_at_holder(shown: Shown, origin: Origin) -> Actor:
    """The same for who is asked again while a stream lasts: it is no use of a key.

    Raises:
        As `find_holder`, but no key is over its rate limit by this.
    """
    return await _find(shown, origin, prove_key, is_use=False)


async def _find(shown: Shown, origin: Origin, prove: Prove, *, is_use: bool) -> Actor:
    token = read_bearer(shown.authorization)
    if looks_like_key(token):
        return actor_of_key((await prove(token, origin, KeyUse.DIRECT)).key, origin)
    access = await find_token(token)
    if access is None:
        raise BearerError(ErrorCode.INVALID_TOKEN, "The access token is not valid, expired, or was revoked.")
    if isinstance(access, KeyToken):
        await admit_token(access.resolved, origin, is_use=is_use)
    return actor_of(access, origin)


def actor_of(access: LiveToken, origin: Origin) -> Actor:
    """The holder of a live access token as the caller."""
    if isinstance(access, KeyToken):
        return actor_of_key_token(access, origin)
    return actor_of_client(access, origin) if isinstance(access, ClientToken) else _actor_of_user(access, origin)


async def find_token(token: str) -> LiveToken | None:
    """The live access token of a user, a client or an API key; None for everything else.

    Raises:
        Unavailable: keys or database cannot be read now.
    """
    claims = await read_claims(token)
    if claims is None:
        return None
    if is_key_token(claims):
        return await find_key_token(claims)
    return await find_client_token(claims) if is_client_token(claims) else await find_user_token(claims)


def read_bearer(authorization: Sequence[str]) -> str:
    """The one bearer token (RFC 6750 §2.1).

    Raises:
        BearerError: there is none, more than one, or another scheme.
    """
    if not authorization:
        raise BearerError(None, "Send an access token.")
    scheme, _, token = authorization[0].partition(" ")
    token = token.strip()
    if len(authorization) != 1 or scheme.lower() != _BEARER or not token:
        raise BearerError(ErrorCode.INVALID_REQUEST, "Send the access token as a bearer token.")
    return token


def _actor_of_user(access: AccessToken, origin: Origin) -> Actor:
    approval, impersonator = access.stored.grant.approval, access.claims.get("impersonator")
    return Actor(
        ActorKind.USER,
        access.user.id,
        # An operator who acts as this user has the session.
        session_id=approval.session_id if impersonator is None else None,
        client_id=access.claims["client_id"],
        impersonator_id=impersonator,
        scopes=access.scopes,
        acr=approval.acr,
        amr=approval.amr,
        auth_time=approval.auth_time,
        origin=origin,
    )
