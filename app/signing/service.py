"""Use cases of the signing room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import orjson
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.events.service import emit
from app.kit import clock
from app.kit.actor import SYSTEM, Actor
from app.kit.db import after_commit
from app.kit.guard import guard
from app.kit.ids import new_id
from app.kit.runtime import keyring, settings
from app.signing import jws, queries, rules
from app.signing.cache import PURPOSE, cache, read_policy
from app.signing.errors import AlgorithmUnknown, KeyMissing, KeyNotFound, TokenExpired, TokenInvalid
from app.signing.queries import StoredKey
from app.signing.rules import KeyDates, Policy, Step
from app.signing.types import (
    ID_PREFIX,
    Claims,
    Jwks,
    KeyCreated,
    KeyRemoved,
    KeyRescheduled,
    KeyWithdrawn,
    SigningKey,
)
from app.signing.verified import read_signed

_Planner = Callable[[Sequence[KeyDates], str, datetime, Policy], Step | None]


async def sign_jwt(claims: Claims, *, typ: str, alg: str) -> str:
    """Sign claims with the active key of an algorithm.

    Args:
        claims: JSON values; dates are NumericDates (whole seconds), made by the caller.
        typ: the header `typ`, which `verify_jwt` asks for again (RFC 8725 §3.11).
        alg: one of `settings().signing_algorithms`.

    Raises:
        Unavailable: `signing_key_missing`, or `kit_secret_unknown` when the key cannot be opened.
        TypeError, ValueError: claims that are not JSON, or more than a token may hold (a mistake in our code).
    """
    key = (await cache.read()).find_signer(alg) or (await cache.search()).find_signer(alg)
    if key is None:
        raise KeyMissing(alg)
    token = key.encode(orjson.dumps(dict(claims), option=orjson.OPT_PASSTHROUGH_DATETIME), typ=typ)
    if len(token) > jws.MAX_TOKEN_BYTES:
        raise ValueError(f"a token of {len(token)} bytes could not be verified again")
    return token


async def verify_jwt(token: str, *, typ: str, audience: str | None = None, check_expiry: bool = True) -> Claims:
    """The claims of a JWT that we signed for this use.

    The caller still compares `iss`, `sub` and whatever else binds the token to its use.

    Args:
        typ: the exact header `typ` it must have.
        audience: must be among `aud`, when given.
        check_expiry: False only where an old token is a mere hint (`id_token_hint`).

    Raises:
        TokenInvalid: `signing_token_invalid`, not ours, changed, of another type or for somebody else.
        TokenExpired: `signing_token_expired`.

    Source: RFC 7515 §5.2, RFC 7519 §7.2, RFC 8725.
    """
    claims = await read_signed(token, typ=typ)
    problem = rules.find_time_problem(claims, clock.timestamp(), check_expiry=check_expiry)
    if problem == "expired":
        raise TokenExpired
    if problem is not None:
        raise TokenInvalid(problem)
    if audience is not None and not rules.is_meant_for(claims, audience):
        raise TokenInvalid("for another audience")
    return claims


async def jwks() -> Jwks:
    """The published key set, at most a minute old.

    Raises:
        Unavailable: `kit_database_unavailable`.
    """
    return (await cache.read()).jwks


def forget_keys() -> None:
    """Drop what this process has cached (after the database was restored or emptied under it)."""
    cache.forget()


async def list_keys(actor: Actor) -> list[SigningKey]:
    """All keys, the youngest first.

    Raises:
        Forbidden: without `keys.view`.
    """
    await guard(actor, "keys.view")
    return await _list_youngest_first()


async def get_keys(ids: Sequence[str]) -> dict[str, SigningKey]:
    """Those that exist, by id. No guard: for dataloaders behind one."""
    keys = await _describe_all()
    return {key_id: keys[key_id] for key_id in ids if key_id in keys}


async def ensure_keys() -> None:
    """See that each configured algorithm has a key; the first one signs at once.

    Idempotent, and once when several processes start together.
    """
    await _advance(SYSTEM, settings().signing_algorithms, rules.plan_step)


async def run_rotation() -> None:
    """What time asks for: publish successors, remove keys that are over, seal under the current secret.

    Idempotent, and once when several processes run it together.
    """
    await _advance(SYSTEM, settings().signing_algorithms, rules.plan_step)
    await _remove_old_keys()
    await _seal_again()


async def rotate_keys(actor: Actor, alg: str | None = None) -> list[SigningKey]:
    """Let a new key take over soon (`rules.MANUAL_LEAD`); all algorithms when none is named.

    Returns:
        All keys, the youngest first. Asking again while a successor waits makes no other one.

    Raises:
        Forbidden: without `keys.rotate`.
        AlgorithmUnknown: not one of the configured algorithms.
    """
    await guard(actor, "keys.rotate")
    configured = settings().signing_algorithms
    if alg is not None and alg not in configured:
        raise AlgorithmUnknown(alg)
    await _advance(actor, (alg,) if alg else configured, rules.plan_manual_step)
    return await _list_youngest_first()


async def withdraw_key(actor: Actor, key_id: str) -> SigningKey:
    """Take a compromised key out at once: it neither signs nor verifies any more, another one signs.

    Other processes follow within `cache.REFRESH_AFTER`.

    Raises:
        Forbidden: without `keys.rotate`.
        KeyNotFound.
    """
    await guard(actor, "keys.rotate")
    await queries.lock_keys()
    key = await _find_dates(key_id)
    if key.withdrawn_at is None:
        after_commit(_forget)
        await queries.update_dates(rules.withdraw(key, clock.now(), read_policy()))
        await emit(actor, KeyWithdrawn(target_id=key_id, after={"kid": key.kid, "alg": key.alg}))
        await _advance(actor, settings().signing_algorithms, rules.plan_step)
    return (await _describe_all())[key_id]


async def _advance(actor: Actor, algs: Sequence[str], plan: _Planner) -> None:
    await queries.lock_keys()
    policy = read_policy()
    for alg in algs:
        now = clock.now()
        dates = [key.dates for key in await queries.fetch_keys()]
        step = plan(dates, alg, now, policy)
        if step is None:
            continue
        after_commit(_forget)
        active = rules.find_active(dates, alg, now)
        if active is not None:
            await queries.update_dates(rules.settle_predecessor(active, step.activates_at, policy))
        if step.waiting is None:
            await _create_key(actor, alg, step.activates_at, policy)
        else:
            await _reschedule_key(actor, step.waiting, rules.reschedule(step.waiting, step.activates_at, policy))


async def _create_key(actor: Actor, alg: str, activates_at: datetime, policy: Policy) -> None:
    private = await asyncio.to_thread(jws.ALGORITHMS[alg].generate)
    public = jws.to_public_jwk(alg, private)
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    dates = KeyDates(new_id(ID_PREFIX), public["kid"], alg, clock.now(), *policy.span(activates_at))
    sealed = keyring().seal(der, purpose=PURPOSE)
    await queries.insert_key(StoredKey(dates, public, sealed, is_uncommitted=True))
    await emit(actor, KeyCreated(target_id=dates.id, after=_describe_plan(dates)))


async def _reschedule_key(actor: Actor, waiting: KeyDates, moved: KeyDates) -> None:
    await queries.update_dates(moved)
    await emit(actor, KeyRescheduled(target_id=moved.id, before=_describe_plan(waiting), after=_describe_plan(moved)))


async def _remove_old_keys() -> None:
    dates = [key.dates for key in await queries.fetch_keys()]
    removable = rules.list_removable(dates, settings().signing_algorithms, clock.now())
    if not removable:
        return
    after_commit(_forget)
    await queries.delete_keys([key.id for key in removable])
    for key in removable:
        await emit(SYSTEM, KeyRemoved(target_id=key.id, before=_describe_plan(key)))


async def _seal_again() -> None:
    ring = keyring()
    for key in await queries.fetch_keys():
        if not ring.is_sealed_by_current(key.sealed_private, purpose=PURPOSE):
            opened = ring.open(key.sealed_private, purpose=PURPOSE)
            await queries.update_sealed(key.dates.id, ring.seal(opened, purpose=PURPOSE))


async def _find_dates(key_id: str) -> KeyDates:
    for key in await queries.fetch_keys():
        if key.dates.id == key_id:
            return key.dates
    raise KeyNotFound


async def _describe_all() -> dict[str, SigningKey]:
    stored = await queries.fetch_keys()
    dates, now = [key.dates for key in stored], clock.now()
    return {
        key.dates.id: SigningKey(
            id=key.dates.id,
            kid=key.dates.kid,
            alg=key.dates.alg,
            status=rules.status_of(key.dates, dates, now),
            created_at=key.dates.created_at,
            activates_at=key.dates.activates_at,
            retires_at=key.dates.retires_at,
            removes_at=key.dates.removes_at,
            public_jwk=key.public_jwk,
        )
        for key in stored
    }


async def _list_youngest_first() -> list[SigningKey]:
    keys = (await _describe_all()).values()
    return sorted(keys, key=lambda key: (key.created_at, key.activates_at, key.id), reverse=True)


def _describe_plan(key: KeyDates) -> dict[str, object]:
    return {
        "kid": key.kid,
        "alg": key.alg,
        "activates_at": key.activates_at.isoformat(),
        "retires_at": key.retires_at.isoformat(),
        "removes_at": key.removes_at.isoformat(),
    }


async def _forget() -> None:
    cache.forget()
