"""Changing, rotating, disabling and deleting keys."""

from __future__ import annotations

from datetime import timedelta

from app.api_keys import queries
from app.api_keys.errors import InvalidKeyInput, raise_problems
from app.api_keys.rules.fields import MAX_OVERLAP, clean_values, find_problems
from app.api_keys.rules.form import HINT_LENGTH
from app.api_keys.service.creating import allowed_scopes, new_secret
from app.api_keys.service.rights import guard_takeover, lock_enablable, lock_manageable, lock_revocable
from app.api_keys.service.writing import describe, read_back, tell
from app.api_keys.types import (
    SUBJECT_TYPE,
    ApiKey,
    ApiKeyChanges,
    ApiKeyDisabledEvent,
    ApiKeyEnabledEvent,
    ApiKeyRevoked,
    ApiKeyRotated,
    ApiKeySort,
    ApiKeyUpdated,
    CreatedApiKey,
    Owner,
    OwnerKind,
)
from app.authz.service import forget_subject
from app.kit import clock
from app.kit.actor import Actor
from app.kit.crypto import hash_token
from app.kit.paging import MAX_PAGE, PageRequest


async def update_key(actor: Actor, key_id: str, changes: ApiKeyChanges) -> ApiKey:
    """Change some fields; nothing happens when all are as wanted.

    Raises:
        Unauthenticated, Forbidden, Impersonated, ApiKeyNotFound: see `rights.lock_manageable`.
        InputProblems: everything that is wrong with the fields.
    """
    before = (await lock_manageable(actor, key_id)).key
    wanted = clean_values(changes.given())
    columns = {name: value for name, value in wanted.items() if getattr(before, name) != value}
    if not columns:
        return before
    raise_problems(find_problems(columns, await _allowed_scopes(before.owner), clock.now()))
    await queries.update_columns(key_id, {**columns, "updated_at": clock.now()})
    after = await read_back(key_id)
    old, new = describe(before), describe(after)
    await tell(
        actor, ApiKeyUpdated, after, before={name: old[name] for name in columns},
        after={name: new[name] for name in columns},
    )  # fmt: skip
    return after


async def rotate_key(actor: Actor, key_id: str, overlap: timedelta) -> CreatedApiKey:
    """Give a key a new secret, shown this once; the one in force works on for `overlap` (0 to 30 days).

    Two secrets work at a time: one that was on its way out already ends at once. Tokens end with the secret that
    they were exchanged for.

    Raises:
        Unauthenticated, Forbidden, Impersonated, ApiKeyNotFound: see `rights.lock_manageable`.
        RightsExceeded: the key holds more than whoever wants its secret.
        InvalidKeyInput: the overlap is out of range.
    """
    stored = await lock_manageable(actor, key_id)
    await guard_takeover(actor, stored.key)
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise InvalidKeyInput(f"An old secret works on for 0 seconds to {MAX_OVERLAP.days} days.", "overlap_seconds")
    now = clock.now()
    ends_at = now + overlap if overlap else None
    secret = new_secret(key_id)
    await queries.update_columns(
        key_id,
        {
            "secret_hash": hash_token(secret),
            "former_hash": stored.secret_hash if overlap else None,
            "former_ends_at": ends_at,
            "hint": secret[-HINT_LENGTH:],
            "version": stored.key.version + 1,
            "rotated_at": now,
            "updated_at": now,
        },
    )
    key = await read_back(key_id)
    told = {"version": key.version, "former_ends_at": ends_at.isoformat() if ends_at else None}
    await tell(actor, ApiKeyRotated, key, after=told)
    return CreatedApiKey(key, secret)


async def disable_key(actor: Actor, key_id: str) -> ApiKey:
    """Let a key and its tokens work no more, until it is enabled again.

    Raises:
        Unauthenticated, Forbidden, Impersonated, ApiKeyNotFound: see `rights.lock_revocable`.
    """
    key = (await lock_revocable(actor, key_id)).key
    return await _switch(actor, key, is_enabled=False) if key.is_enabled else key


async def enable_key(actor: Actor, key_id: str) -> ApiKey:
    """Let a disabled key work again.

    Raises:
        Unauthenticated, Forbidden, Impersonated, ApiKeyNotFound: see `rights.lock_enablable`.
    """
    key = (await lock_enablable(actor, key_id)).key
    return key if key.is_enabled else await _switch(actor, key, is_enabled=True)


async def delete_key(actor: Actor, key_id: str) -> None:
    """Delete a key with its tuples; it and its tokens work no more.

    Raises:
        Unauthenticated, Forbidden, Impersonated, ApiKeyNotFound: see `rights.lock_revocable`.
    """
    await _delete(actor, (await lock_revocable(actor, key_id)).key)


async def delete_keys_of(actor: Actor, owner: Owner) -> int:
    """Delete all keys of an owner who is about to go; how many. No guard: callers delete the owner."""
    count = 0
    while found := await _first_keys(owner):
        for key in found:
            await _delete(actor, key)
        count += len(found)
    return count


async def _first_keys(owner: Owner) -> list[ApiKey]:
    page = PageRequest(first=MAX_PAGE)
    return (await queries.list_keys_of([owner.id], owner.kind, ApiKeySort.CREATED_AT_ASC.value, page))[owner.id]


async def _delete(actor: Actor, key: ApiKey) -> None:
    await forget_subject(SUBJECT_TYPE, key.id)
    await queries.delete_key(key.id)
    await tell(actor, ApiKeyRevoked, key, before=describe(key))


async def _switch(actor: Actor, key: ApiKey, *, is_enabled: bool) -> ApiKey:
    await queries.update_columns(key.id, {"is_enabled": is_enabled, "updated_at": clock.now()})
    after = await read_back(key.id)
    await tell(actor, ApiKeyEnabledEvent if is_enabled else ApiKeyDisabledEvent, after)
    return after


async def _allowed_scopes(owner: Owner) -> frozenset[str]:
    registered = await queries.find_scopes_of_client(owner.id) if owner.kind is OwnerKind.CLIENT else ()
    return allowed_scopes(owner, registered)
