"""Making keys: with a secret that is shown once, and tuples that its maker could use as well."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Final

from app.api_keys import queries
from app.api_keys.errors import (
    IdempotencyMismatch,
    OwnerNotFound,
    OwnerRequired,
    RightsExceeded,
    TooLong,
    TooManyKeys,
    raise_problems,
)
from app.api_keys.rules.fields import MAX_GRANTS, clean_values, find_problems
from app.api_keys.rules.form import HINT_LENGTH, SECRET_BYTES, make_text
from app.api_keys.service.rights import guard_owner
from app.api_keys.service.writing import describe, read_back, tell
from app.api_keys.types import (
    API_SCOPE,
    ID_PREFIX,
    SUBJECT_TYPE,
    ApiKey,
    ApiKeyCreated,
    CreatedApiKey,
    KeyGrant,
    NewApiKey,
    Owner,
    OwnerKind,
)
from app.authz.service import write_tuples
from app.authz.service.holding import find_excess_gifts
from app.authz.types import RelationTuple, TupleKey, TupleWrite
from app.kit import clock
from app.kit.actor import SYSTEM, Actor, ActorKind
from app.kit.crypto import hash_token
from app.kit.idempotency import read_creation
from app.kit.ids import new_id
from app.kit.runtime import settings

# Keys of one owner; whoever needs more means something else.
MAX_KEYS: Final = 500
_NOT_STORED: Final = frozenset({"owner_user_id", "owner_client_id", "grants"})


async def create_key(actor: Actor, new: NewApiKey, *, idempotency_key: str | None = None) -> CreatedApiKey:
    """Make a key. The secret in the answer is shown this once.

    The same idempotency key with the same input gives the same key again, without its secret.

    Raises:
        Unauthenticated, Forbidden, Impersonated: see `rights.guard_owner`.
        OwnerRequired, OwnerNotFound, TooManyKeys, IdempotencyMismatch, IdempotencyKeyInvalid.
        InputProblems: everything that is wrong with the fields.
        RightsExceeded: a grant gives what the actor does not hold.
        AppError: as `write_tuples` refuses the grants.
    """
    owner = find_owner(actor, new)
    await guard_owner(actor, owner)
    if idempotency_key is None:
        return await _insert(actor, owner, new, {})
    creation = read_creation(actor, idempotency_key, new)
    made = await queries.find_by_creation_key(creation.key)
    if made is None:
        return await _insert(actor, owner, new, {"creation_key": creation.key, "creation_digest": creation.digest})
    if not creation.repeats(made[0]):
        raise IdempotencyMismatch
    return CreatedApiKey(made[1], None)


def find_owner(actor: Actor, new: NewApiKey) -> Owner:
    """Whose a new key will be: the user or client that is named, else who makes it.

    Raises:
        OwnerRequired: both are named, or none by somebody who is neither user nor client.
    """
    named = [(OwnerKind.USER, new.owner_user_id), (OwnerKind.CLIENT, new.owner_client_id)]
    given = [Owner(kind, owner_id) for kind, owner_id in named if owner_id is not None]
    if len(given) == 1:
        return given[0]
    if not given and actor.id is not None and actor.kind in {ActorKind.USER, ActorKind.CLIENT}:
        return Owner(OwnerKind(actor.kind.value), actor.id)
    if actor.is_authenticated:
        raise OwnerRequired
    # Nobody is signed in: the guard says so.
    return Owner(OwnerKind.USER, "")


def allowed_scopes(owner: Owner, registered: Sequence[str]) -> frozenset[str]:
    """What tokens of an owner's keys may carry: the API's scope, and what a client is registered for."""
    return frozenset({API_SCOPE, *(registered if owner.kind is OwnerKind.CLIENT else ())})


def new_secret(key_id: str) -> str:
    """The text of a key with a fresh secret."""
    return make_text(settings().api_key_env, key_id, secrets.token_bytes(SECRET_BYTES))


async def _insert(actor: Actor, owner: Owner, new: NewApiKey, creation: Mapping[str, object]) -> CreatedApiKey:
    registered = await queries.lock_owner(owner)
    if registered is None:
        raise OwnerNotFound("ownerUserId" if owner.kind is OwnerKind.USER else "ownerClientId")
    given = {each.name: getattr(new, each.name) for each in fields(new) if each.name not in _NOT_STORED}
    values = clean_values(given)
    raise_problems(find_problems(values, allowed_scopes(owner, registered), clock.now()))
    if len(new.grants) > MAX_GRANTS:
        raise TooLong(f"A key is given {MAX_GRANTS} relations at most; write its tuples.", "grants")
    if await queries.count_of_owner(owner) >= MAX_KEYS:
        raise TooManyKeys(MAX_KEYS)
    key_id = new_id(ID_PREFIX)
    secret = new_secret(key_id)
    await queries.insert_key({**values, **_columns(actor, owner, key_id, secret), **creation})
    await _give(actor, key_id, new.grants, new.expires_at)
    key = await read_back(key_id)
    await tell(actor, ApiKeyCreated, key, after={**describe(key), "grants": _texts(key, new.grants)})
    return CreatedApiKey(key, secret)


def _columns(actor: Actor, owner: Owner, key_id: str, secret: str) -> dict[str, object]:
    now = clock.now()
    return {
        "id": key_id,
        "user_id" if owner.kind is OwnerKind.USER else "client_id": owner.id,
        "created_by_kind": actor.kind.value,
        "created_by_id": actor.id,
        "is_enabled": True,
        "secret_hash": hash_token(secret),
        "hint": secret[-HINT_LENGTH:],
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }


async def _give(actor: Actor, key_id: str, grants: Sequence[KeyGrant], expires_at: datetime | None) -> None:
    """Write the tuples of a new key. Who could use a relation may give it to a key, also without managing access.

    What its maker has for a while only, but as long as the key lives, ends with the key as it is now: a later expiry
    does not prolong it.
    """
    if not grants:
        return
    keys = [TupleKey(each.entity.type, each.entity.id, each.relation, SUBJECT_TYPE, key_id) for each in grants]
    passing = await find_excess_gifts(actor, keys)
    excess = await find_excess_gifts(actor, keys, until=expires_at) if passing and expires_at else passing
    for number, missing in excess.items():
        raise RightsExceeded(missing, "grants", str(number))
    ends = {keys[number]: expires_at for number in passing}
    reason = f"given to the key by {actor.kind.value}:{actor.id or ''}".rstrip(":")
    wanted = tuple(RelationTuple(key, expires_at=ends.get(key)) for key in dict.fromkeys(keys))
    await write_tuples(SYSTEM.at(actor.origin), TupleWrite(touch=wanted, reason=reason))


def _texts(key: ApiKey, grants: Sequence[KeyGrant]) -> list[str]:
    return [f"{each.entity}#{each.relation}@{SUBJECT_TYPE}:{key.id}" for each in grants]
