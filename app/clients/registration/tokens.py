"""Initial access tokens: operators make and revoke them, clients register with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.clients.errors import raise_problems
from app.clients.registration import queries
from app.clients.registration.errors import InitialTokenMismatch, InitialTokenNotFound
from app.clients.registration.rules import check_token
from app.clients.registration.types import (
    INITIAL_TOKEN_ID_PREFIX,
    INITIAL_TOKEN_PREFIX,
    CreatedInitialToken,
    InitialToken,
    InitialTokenCreated,
    InitialTokenRevoked,
    InitialTokenSort,
    NewInitialToken,
)
from app.events.service import emit
from app.kit import clock
from app.kit.actor import Actor
from app.kit.crypto import hash_token, new_token
from app.kit.guard import guard, has_permission
from app.kit.idempotency import read_creation
from app.kit.ids import new_id
from app.kit.paging import Page, PageRequest, make_page

_HINT_LENGTH = 4


async def create_initial_token(
    actor: Actor, new: NewInitialToken, *, idempotency_key: str | None = None
) -> CreatedInitialToken:
    """Make a token that clients register with. Its value is in the answer and never again.

    The same idempotency key with the same input gives the same token again, without its value.

    Raises:
        Forbidden: without `clients.create`.
        InputProblems: everything that is wrong with it.
        InitialTokenMismatch: the key was used for other input.
        IdempotencyKeyInvalid.
    """
    await guard(actor, "clients.create")
    raise_problems(check_token(new))
    if idempotency_key is None:
        return await _insert(actor, new, {})
    creation = read_creation(actor, idempotency_key, new)
    made = await queries.find_token_by_creation_key(creation.key)
    if made is None:
        return await _insert(actor, new, {"creation_key": creation.key, "creation_digest": creation.digest})
    if not creation.repeats(made[0]):
        raise InitialTokenMismatch
    return CreatedInitialToken(made[1], None)


async def revoke_initial_token(actor: Actor, token_id: str) -> InitialToken:
    """End a token: nobody registers with it any more. Clients that did stay. A second time changes nothing.

    Raises:
        Forbidden: without `clients.create`.
        InitialTokenNotFound.
    """
    await guard(actor, "clients.create")
    before = (await queries.find_tokens([token_id])).get(token_id)
    token = await queries.revoke_token(token_id)
    if token is None:
        raise InitialTokenNotFound
    if before is not None and before.revoked_at is None:
        told = {"revoked_at": token.revoked_at.isoformat() if token.revoked_at else None}
        snapshot = _describe(token)
        event = InitialTokenRevoked(target_id=token.id, before={"revoked_at": None}, after=told, snapshot=snapshot)
        await emit(actor, event)
    return token


async def list_initial_tokens(actor: Actor, page: PageRequest) -> Page[InitialToken]:
    """One page of tokens, youngest first, without their values.

    Raises:
        Forbidden: without `clients.view`.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await guard(actor, "clients.view")
    rows = await queries.list_tokens(page)
    return make_page(InitialTokenSort.CREATED_AT_DESC.value, page, rows, lambda token: (token.created_at, token.id))


async def count_initial_tokens(actor: Actor) -> int:
    """How many there are; counting stops at `paging.COUNT_BOUND` + 1.

    Raises:
        Forbidden: without `clients.view`.
    """
    await guard(actor, "clients.view")
    return await queries.count_tokens()


async def may_view_initial_tokens(actor: Actor) -> bool:
    """Whether the actor may see them, without their values: with `clients.view`."""
    return await has_permission(actor, "clients.view")


async def get_initial_tokens(ids: Sequence[str]) -> dict[str, InitialToken]:
    """Those that exist, by id, in one statement. No guard: for dataloaders, behind `may_view_initial_tokens`."""
    return await queries.find_tokens(ids)


async def find_initial_token(secret: str) -> InitialToken | None:
    """The token of this value if it works now; nothing is spent. No guard: for protocol code."""
    token = await queries.find_token_by_hash(hash_token(secret))
    return token if token is not None and token.works_at(clock.now()) else None


async def spend_initial_token(secret: str) -> InitialToken | None:
    """Use the token of this value once; None when it does not work (any more). A roll-back takes the use back.

    No guard: for protocol code.
    """
    return await queries.spend_token(hash_token(secret))


async def _insert(actor: Actor, new: NewInitialToken, creation: Mapping[str, object]) -> CreatedInitialToken:
    secret, now = new_token(INITIAL_TOKEN_PREFIX), clock.now()
    token_id = new_id(INITIAL_TOKEN_ID_PREFIX)
    await queries.insert_token(
        {
            "id": token_id,
            "name": new.name.strip(),
            "token_hash": hash_token(secret),
            "hint": secret[-_HINT_LENGTH:],
            "scopes": new.scopes,
            "grant_types": new.grant_types,
            "require_pkce": new.require_pkce,
            "max_uses": new.max_uses,
            "created_by_kind": actor.kind.value,
            "created_by_id": actor.id,
            "created_at": now,
            "expires_at": None if new.ttl_seconds is None else now + timedelta(seconds=new.ttl_seconds),
            **creation,
        }
    )
    token = (await queries.find_tokens([token_id]))[token_id]
    await emit(actor, InitialTokenCreated(target_id=token.id, after=_describe(token)))
    return CreatedInitialToken(token, secret)


def _describe(token: InitialToken) -> dict[str, object]:
    """A token as events show it: nothing of its value."""
    return {
        "name": token.name,
        "scopes": None if token.scopes is None else list(token.scopes),
        "grant_types": None if token.grant_types is None else list(token.grant_types),
        "require_pkce": token.require_pkce,
        "max_uses": token.max_uses,
        "expires_at": None if token.expires_at is None else token.expires_at.isoformat(),
    }
