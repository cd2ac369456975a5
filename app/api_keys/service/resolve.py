"""Whether a key that is shown counts: one statement, the same work for an unknown key and for a wrong secret."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, NoReturn

from app.api_keys import queries
from app.api_keys.errors import (
    ApiKeyAddressRefused,
    ApiKeyDisabled,
    ApiKeyExpired,
    ApiKeyInvalid,
    ApiKeyOwnerInactive,
    ApiKeyUseRefused,
    KeyRefusal,
)
from app.api_keys.measures import note_accepted, note_refused
from app.api_keys.queries import StoredKey
from app.api_keys.rules.form import read_text
from app.api_keys.rules.networks import is_allowed
from app.api_keys.service.known import find_shown
from app.api_keys.service.refusals import trace_refusal
from app.api_keys.service.spending import spend_use
from app.api_keys.service.uses import note_use
from app.api_keys.types import API_SCOPE, ApiKey, KeyStatus, KeyUse, OwnerKind, ResolvedKey
from app.kit import clock
from app.kit.actor import Actor, ActorKind, Origin
from app.kit.crypto import hash_token, is_same
from app.kit.errors import AppError

# What an unknown key's secret is compared with: the hash of nothing.
_NO_HASH: Final = bytes(32)
_STATES: Final[dict[KeyStatus, Callable[[], AppError]]] = {
    KeyStatus.DISABLED: ApiKeyDisabled,
    KeyStatus.EXPIRED: ApiKeyExpired,
    KeyStatus.OWNER_INACTIVE: ApiKeyOwnerInactive,
}


async def resolve_key(text: str, origin: Origin, use: KeyUse) -> ResolvedKey:
    """The key behind a text, for one use: counted against its rate limit and noted as used.

    One statement, or none while the key is remembered; now and then one for the rate limit. A refusal is counted,
    and audited without the text.

    Raises:
        ApiKeyInvalid, ApiKeyExpired, ApiKeyDisabled, ApiKeyOwnerInactive: 401.
        ApiKeyAddressRefused, ApiKeyUseRefused: 403.
        ApiKeyRateLimited: 429, with `retry_after`.
        Unavailable: the database cannot be read now.
    """
    started = time.perf_counter()
    try:
        resolved = await prove_key(text, origin, use)
        if resolved.key.rate_limit_per_minute is not None:
            await spend_use(resolved.key.id, resolved.key.rate_limit_per_minute)
    except KeyRefusal as error:
        note_refused(error.code, time.perf_counter() - started)
        await trace_refusal(error.detail or None, error.code, origin)
        raise
    note_use(resolved.key)
    note_accepted(time.perf_counter() - started)
    return resolved


async def prove_key(text: str, origin: Origin, use: KeyUse) -> ResolvedKey:
    """The key behind a text as `resolve_key` finds it, neither counted nor noted: for asking again during a stream.

    Raises:
        As `resolve_key`, but never ApiKeyRateLimited. `detail` is the key's id, if there is such a key.
    """
    read = read_text(text)
    if read is None:
        raise ApiKeyInvalid
    digest = hash_token(read.text)
    stored = await find_shown(read.key_id, digest)
    version = _match_version(stored, digest)
    if stored is None or version is None:
        _refuse(ApiKeyInvalid(), stored)
    resolved = ResolvedKey(stored.key, version)
    _check_state(stored, resolved)
    if stored.key.allowed_addresses and not is_allowed(origin.ip, stored.key.allowed_addresses):
        _refuse(ApiKeyAddressRefused(), stored)
    if use not in stored.key.uses:
        _refuse(ApiKeyUseRefused(use.value), stored)
    return resolved


async def find_live_key(key_id: str, version: int) -> ResolvedKey | None:
    """The key that a token was exchanged for, as of now; None when the key, its owner or that secret is over.

    No guard: for protocol code that has proved the token.
    """
    stored = await queries.find_shown(key_id)
    if stored is None or KeyUse.EXCHANGE not in stored.key.uses:
        return None
    now, key = clock.now(), stored.key
    end = key.end_of(version, now)
    is_live = key.status_at(now) is KeyStatus.ACTIVE and (end is None or end > now)
    return ResolvedKey(key, version) if is_live else None


async def is_active_key(key_id: str) -> bool:
    """Whether there is such a key, it works now, and so does its owner. No guard: for other rooms' services."""
    stored = await queries.find_shown(key_id)
    return stored is not None and stored.key.status_at(clock.now()) is KeyStatus.ACTIVE


async def admit_token(resolved: ResolvedKey, origin: Origin, *, is_use: bool) -> None:
    """Let a token of a key pass where the key itself may come from, and as often as the key.

    From memory; now and then one statement for the rate limit. A refusal is audited.

    Args:
        is_use: whether it counts against the rate limit.

    Raises:
        ApiKeyAddressRefused, ApiKeyRateLimited.
    """
    key = resolved.key
    try:
        if key.allowed_addresses and not is_allowed(origin.ip, key.allowed_addresses):
            raise ApiKeyAddressRefused
        if is_use and key.rate_limit_per_minute is not None:
            await spend_use(key.id, key.rate_limit_per_minute)
    except KeyRefusal as error:
        await trace_refusal(key.id, error.code, origin)
        raise


def actor_of_key(
    key: ApiKey, origin: Origin, *, scopes: frozenset[str] | None = None, client_id: str | None = None
) -> Actor:
    """The key as the caller: itself, not its owner.

    Args:
        scopes: of the token that it shows; None for the key itself, which may use the API as far as its tuples reach.
        client_id: the client that the token is for; None for the client that owns the key, if one does.
    """
    if client_id is None and key.owner.kind is OwnerKind.CLIENT:
        client_id = key.owner.id
    held = frozenset({API_SCOPE}) if scopes is None else scopes
    return Actor(ActorKind.API_KEY, key.id, client_id=client_id, scopes=held, origin=origin, owner_id=key.owner.id)


def _match_version(stored: StoredKey | None, digest: bytes) -> int | None:
    """Which of the secrets it is. INVARIANT: two comparisons, whatever is stored."""
    is_current = is_same(stored.secret_hash if stored else _NO_HASH, digest)
    is_former = is_same((stored.former_hash if stored else None) or _NO_HASH, digest)
    if stored is None or not (is_current or is_former):
        return None
    return stored.key.version if is_current else stored.key.version - 1


def _check_state(stored: StoredKey, resolved: ResolvedKey) -> None:
    now = clock.now()
    status = stored.key.status_at(now)
    if status is not KeyStatus.ACTIVE:
        _refuse(_STATES[status](), stored)
    end = resolved.ends_at(now)
    if end is not None and end <= now:
        _refuse(ApiKeyInvalid(), stored)


def _refuse(error: AppError, stored: StoredKey | None) -> NoReturn:
    error.detail = stored.key.id if stored else ""
    raise error
