"""Who holds what a request shows: the one place where a proof becomes an actor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from app.api_keys.rules.form import looks_like_key
from app.api_keys.service import actor_of_key, admit_token, prove_key, resolve_key
from app.api_keys.types import KeyUse, ResolvedKey
from app.clients.service import find_client
from app.clients.types import Client
from app.kit.actor import Actor, ActorKind, Origin
from app.oidc.access_tokens import AccessToken, find_user_token, read_claims
from app.oidc.client_tokens import ClientToken, actor_of_client, find_client_token, is_client_token
from app.oidc.dpop.possession import check_possession, check_scheme
from app.oidc.dpop.proofs import NO_PROOFS, SentProofs
from app.oidc.key_tokens import KeyToken, actor_of_key_token, find_key_token, is_key_token
from app.oidc.shown import ShownToken, not_live, read_authorization
from app.signing.types import Claims

LiveToken = AccessToken | ClientToken | KeyToken
Prove = Callable[[str, Origin, KeyUse], Awaitable[ResolvedKey]]


@dataclass(frozen=True, slots=True)
class Shown:
    """The proofs that came with a request.

    Attributes:
        authorization: every `Authorization` header.
        sent: every `DPoP` header, and which request they came with.
    """

    authorization: Sequence[str] = field(default=(), repr=False)
    sent: SentProofs = NO_PROOFS


@dataclass(frozen=True, slots=True)
class _Showing:
    """A token as it was shown, from where, and the proofs that came with it."""

    presented: ShownToken
    sent: SentProofs
    origin: Origin


Judge = Callable[[LiveToken, _Showing], Awaitable[None]]


async def find_holder(shown: Shown, origin: Origin) -> Actor:
    """The caller that these proofs are of, as of now: a user or client by an access token; an API key by itself.

    A key is counted and noted as used by that. A token of a key is bound to the networks of the key, and counts too.
    A proof of the key that a token is bound to is spent: not inside a unit of work.

    Raises:
        BearerError: without a code when nothing was shown; `invalid_request` for what is no single token;
            `invalid_token`.
        PossessionError: also `invalid_dpop_proof`, `use_dpop_nonce`.
        KeyRefusal: of an API key, or of a token of it.
        Unavailable: keys or database cannot be read now.
    """
    return await _find(shown, origin, resolve_key, _prove)


async def find_holder_again(shown: Shown, origin: Origin) -> Actor:
    """The same for a connection that proved what it shows when it began: a DPoP proof is not looked at again.

    Raises:
        As `find_holder`.
    """
    return await _find(shown, origin, resolve_key, _admit)


async def look_at_holder(shown: Shown, origin: Origin) -> Actor:
    """The same for who is asked again while a stream lasts: it is no use of a key, and what was proved stays proved.

    Raises:
        As `find_holder`, but no key is over its rate limit by this, and no DPoP proof is looked at.
    """
    return await _find(shown, origin, prove_key, _look)


async def _find(shown: Shown, origin: Origin, prove: Prove, judge: Judge) -> Actor:
    presented = read_authorization(shown.authorization)
    token = presented.token
    if not presented.is_dpop and looks_like_key(token):
        return actor_of_key((await prove(token, origin, KeyUse.DIRECT)).key, origin)
    access = await find_token(token)
    if access is None:
        raise not_live(presented)
    check_scheme(access.claims, presented)
    await judge(access, _Showing(presented, shown.sent, origin))
    return actor_of(access, origin)


async def _prove(access: LiveToken, showing: _Showing) -> None:
    await check_possession(access.claims, showing.presented, showing.sent)
    await _admit(access, showing)


async def _admit(access: LiveToken, showing: _Showing) -> None:
    if isinstance(access, KeyToken):
        await admit_token(access.resolved, showing.origin, is_use=True)


async def _look(access: LiveToken, showing: _Showing) -> None:
    if isinstance(access, KeyToken):
        await admit_token(access.resolved, showing.origin, is_use=False)


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


async def is_meant_for(client: Client, claims: Claims) -> bool:
    """Whether a client may ask about an access token of ours, or exchange it.

    It was given to this client, has it as audience, or was given to a client that lists it in `allowed_audiences`.
    """
    audience, given_to = claims["aud"], claims["client_id"]
    if given_to == client.id or client.id == audience or (isinstance(audience, list) and client.id in audience):
        return True
    owner = await find_client(given_to)
    return owner is not None and client.id in owner.allowed_audiences


def _actor_of_user(access: AccessToken, origin: Origin) -> Actor:
    approval, impersonator = access.stored.grant.approval, access.impersonator_id
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
