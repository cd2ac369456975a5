"""Keys in the database: made once, published before they sign, kept for verifying, withdrawn, removed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from app.events.service import list_audit_events
from app.events.types import AuditFilter
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor
from app.kit.clock import FrozenClock
from app.kit.crypto import b64url_decode
from app.kit.errors import Forbidden, Unauthenticated, Unavailable
from app.kit.paging import PageRequest
from app.kit.runtime import keyring, override
from app.signing import jws
from app.signing.cache import PURPOSE
from app.signing.errors import AlgorithmUnknown, KeyNotFound, TokenInvalid
from app.signing.service import (
    ensure_keys,
    forget_keys,
    get_keys,
    jwks,
    list_keys,
    rotate_keys,
    run_rotation,
    sign_jwt,
    verify_jwt,
    withdraw_key,
)
from app.signing.types import KeyStatus, SigningKey
from tests.support import SECRET, as_user, commit, make_admin, make_user

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PROCESSES = 8


@pytest.fixture(autouse=True)
async def time(database: None) -> AsyncIterator[FrozenClock]:
    with clock.frozen(START) as stopped:
        yield stopped


async def statuses(alg: str) -> list[KeyStatus]:
    return [key.status for key in reversed(await list_keys(SYSTEM)) if key.alg == alg]


async def key_of(alg: str, status: KeyStatus) -> SigningKey:
    return next(key for key in await list_keys(SYSTEM) if (key.alg, key.status) == (alg, status))


async def published_kids() -> set[str]:
    return {key["kid"] for key in orjson.loads((await jwks()).document)["keys"]}


async def sign(alg: str = "ES256") -> str:
    return await sign_jwt({"exp": clock.timestamp() + 10**8}, typ="at+jwt", alg=alg)


def kid_of(token: str) -> str:
    kid: str = orjson.loads(b64url_decode(token.split(".")[0]))["kid"]
    return kid


async def actions() -> list[str]:
    page = await list_audit_events(SYSTEM, AuditFilter(action="key."), PageRequest(first=100))
    return [event.action for event in page.items]


async def state() -> list[Any]:
    return [tuple(row) for row in await db.fetch("SELECT * FROM signing_key ORDER BY id")]


async def test_first_start_makes_one_active_key_of_each_algorithm() -> None:
    await commit(ensure_keys())

    keys = await list_keys(SYSTEM)
    assert sorted(key.alg for key in keys) == ["ES256", "EdDSA", "RS256"]
    assert {key.status for key in keys} == {KeyStatus.ACTIVE}
    assert {(key.activates_at, key.retires_at, key.removes_at) for key in keys} == {
        (START, START + 30 * DAY, START + 90 * DAY)
    }
    assert await actions() == ["key.created"] * 3


async def test_second_start_changes_nothing() -> None:
    await commit(ensure_keys())
    before = await state()

    await commit(ensure_keys())
    await commit(run_rotation())

    assert await state() == before


async def test_processes_that_start_at_once_make_each_key_once() -> None:
    await asyncio.gather(*(commit(ensure_keys()) for _ in range(PROCESSES)))

    assert sorted(key.alg for key in await list_keys(SYSTEM)) == ["ES256", "EdDSA", "RS256"]


async def test_processes_that_rotate_at_once_make_one_successor(time: FrozenClock) -> None:
    await commit(ensure_keys())
    time.advance(29 * DAY)

    await asyncio.gather(*(commit(run_rotation()) for _ in range(PROCESSES)))

    assert await statuses("ES256") == [KeyStatus.ACTIVE, KeyStatus.PENDING]
    assert len(await list_keys(SYSTEM)) == 6


async def test_a_successor_is_published_a_day_before_it_signs(time: FrozenClock) -> None:
    await commit(ensure_keys())
    first = await sign()
    time.advance(29 * DAY)
    await commit(run_rotation())
    successor = await key_of("ES256", KeyStatus.PENDING)

    assert successor.kid in await published_kids()
    assert kid_of(await sign()) == kid_of(first)
    time.advance(DAY - timedelta(seconds=1))
    assert kid_of(await sign()) == kid_of(first)
    time.advance(timedelta(seconds=1))
    assert kid_of(await sign()) == successor.kid
    assert (await verify_jwt(first, typ="at+jwt"))["exp"]
    assert await statuses("ES256") == [KeyStatus.RETIRED, KeyStatus.ACTIVE]


async def test_a_retired_key_verifies_for_sixty_days_and_is_then_removed(time: FrozenClock) -> None:
    await commit(ensure_keys())
    first = await sign()
    for _ in range(90):
        time.advance(DAY)
        await commit(run_rotation())
        if clock.now() < START + 90 * DAY:
            assert (await verify_jwt(first, typ="at+jwt"))["exp"]

    assert kid_of(first) not in await published_kids()
    with pytest.raises(TokenInvalid):
        await verify_jwt(first, typ="at+jwt")
    assert await statuses("ES256") == [KeyStatus.RETIRED, KeyStatus.RETIRED, KeyStatus.ACTIVE]
    assert (await actions()).count("key.removed") == 3


async def test_a_key_that_is_over_does_not_verify_although_nobody_removed_it(time: FrozenClock) -> None:
    await commit(ensure_keys())
    first = await sign()
    time.advance(30 * DAY)
    await commit(run_rotation())
    time.advance(62 * DAY)

    with pytest.raises(TokenInvalid):
        await verify_jwt(first, typ="at+jwt")
    assert kid_of(first) not in await published_kids()


async def test_after_months_of_standstill_the_old_key_signs_until_its_successor_is_known(time: FrozenClock) -> None:
    await commit(ensure_keys())
    first = await sign()
    time.advance(200 * DAY)

    await commit(ensure_keys())

    assert kid_of(await sign()) == kid_of(first)
    await commit(run_rotation())
    time.advance(DAY)
    assert kid_of(await sign()) != kid_of(first)
    assert (await verify_jwt(first, typ="at+jwt", check_expiry=False))["exp"]


async def test_a_manual_rotation_signs_with_the_new_key_after_ten_minutes(time: FrozenClock) -> None:
    await commit(ensure_keys())
    admin = as_user(await make_admin())
    first = await sign()

    keys = await commit(rotate_keys(admin, "ES256"))

    made, active = (key for key in keys if key.alg == "ES256")
    assert (made.status, active.status) == (KeyStatus.PENDING, KeyStatus.ACTIVE)
    assert await statuses("RS256") == [KeyStatus.ACTIVE]
    before = await state()
    await commit(rotate_keys(admin, "ES256"))
    assert await state() == before
    assert kid_of(await sign()) == kid_of(first)
    time.advance(timedelta(minutes=10))
    assert kid_of(await sign()) == made.kid


async def test_a_manual_rotation_of_all_brings_waiting_keys_forward(time: FrozenClock) -> None:
    await commit(ensure_keys())
    time.advance(29 * DAY)
    await commit(run_rotation())
    time.advance(timedelta(hours=1))

    await commit(rotate_keys(SYSTEM))

    assert await statuses("RS256") == [KeyStatus.RETIRED, KeyStatus.ACTIVE]
    assert (await key_of("RS256", KeyStatus.RETIRED)).retires_at == clock.now()
    assert (await key_of("RS256", KeyStatus.ACTIVE)).retires_at == clock.now() + 30 * DAY
    assert (await actions()).count("key.rescheduled") == 3


async def test_a_withdrawn_key_is_dead_at_once_and_another_signs() -> None:
    await commit(ensure_keys())
    token, key = await sign(), await key_of("ES256", KeyStatus.ACTIVE)

    withdrawn = await commit(withdraw_key(SYSTEM, key.id))

    assert withdrawn.status is KeyStatus.WITHDRAWN
    with pytest.raises(TokenInvalid):
        await verify_jwt(token, typ="at+jwt")
    assert key.kid not in await published_kids()
    renewed = await sign()
    assert kid_of(renewed) != key.kid
    assert (await verify_jwt(renewed, typ="at+jwt"))["exp"]
    assert (await commit(withdraw_key(SYSTEM, key.id))) == withdrawn
    assert (await actions()).count("key.withdrawn") == 1


async def test_withdrawing_lets_the_waiting_key_sign_and_never_a_retired_one(time: FrozenClock) -> None:
    await commit(ensure_keys())
    for _ in range(59):
        time.advance(DAY)
        await commit(run_rotation())
    assert await statuses("ES256") == [KeyStatus.RETIRED, KeyStatus.ACTIVE, KeyStatus.PENDING]
    waiting = await key_of("ES256", KeyStatus.PENDING)

    await commit(withdraw_key(SYSTEM, (await key_of("ES256", KeyStatus.ACTIVE)).id))

    assert kid_of(await sign()) == waiting.kid
    assert await statuses("ES256") == [KeyStatus.RETIRED, KeyStatus.WITHDRAWN, KeyStatus.ACTIVE]
    assert len([key for key in await list_keys(SYSTEM) if key.alg == "ES256"]) == 3


async def test_an_algorithm_that_is_no_longer_kept_dies_out(time: FrozenClock) -> None:
    await commit(ensure_keys())

    with override(signing_algorithms=("RS256", "ES256")):
        for _ in range(90):
            time.advance(DAY)
            await commit(run_rotation())

        assert await statuses("EdDSA") == []
        assert (await statuses("ES256"))[-1] is KeyStatus.ACTIVE


async def test_private_keys_are_sealed_and_never_shown() -> None:
    await commit(ensure_keys())

    for row in await db.fetch("SELECT alg, sealed_private, public_jwk FROM signing_key"):
        opened = keyring().open(row["sealed_private"], purpose=PURPOSE)
        assert opened not in row["sealed_private"]
        assert opened[:1] == b"\x30"
        with pytest.raises(Unavailable):
            keyring().open(row["sealed_private"], purpose="another")
    document = orjson.loads((await jwks()).document)["keys"]
    events = await list_audit_events(SYSTEM, AuditFilter(), PageRequest(first=100))
    shown = repr([key.public_jwk for key in await list_keys(SYSTEM)]) + repr(events) + repr(await list_keys(SYSTEM))
    assert all(not {"d", "p", "q", "dp", "dq", "qi"} & key.keys() for key in document)
    assert "'d':" not in shown


async def test_after_the_root_secret_changed_keys_are_sealed_anew() -> None:
    await commit(ensure_keys())
    token, fresh = await sign(), "another secret, also of thirty-two bytes or more"

    with override(secret=fresh, secret_previous=(SECRET,)):
        forget_keys()
        assert (await verify_jwt(await sign(), typ="at+jwt"))["exp"]
        await commit(run_rotation())

    with override(secret=fresh):
        forget_keys()
        assert kid_of(await sign()) == kid_of(token)


async def test_with_an_unknown_root_secret_signing_fails_and_verifying_goes_on() -> None:
    await commit(ensure_keys())
    token = await sign()

    with override(secret="a wrong secret, also of thirty-two bytes or more"):
        forget_keys()
        with pytest.raises(Unavailable) as caught:
            await sign()
        assert caught.value.code == "kit_secret_unknown"
        assert (await verify_jwt(token, typ="at+jwt"))["exp"]


async def test_key_set_has_a_strong_etag_that_changes_with_it(time: FrozenClock) -> None:
    await commit(ensure_keys())
    before = await jwks()

    assert before.etag.startswith('"')
    assert before.etag.endswith('"')
    assert before.cache_control == "public, max-age=300"
    assert (await jwks()).etag == before.etag
    await commit(rotate_keys(SYSTEM, "EdDSA"))
    assert (await jwks()).etag != before.etag
    assert before.document.startswith(b'{"keys":[')


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
async def test_published_keys_are_those_of_the_algorithm(alg: str) -> None:
    await commit(ensure_keys())

    key = next(key for key in orjson.loads((await jwks()).document)["keys"] if key["alg"] == alg)

    shape = {"RS256": {"n", "e"}, "ES256": {"crv", "x", "y"}, "EdDSA": {"crv", "x"}}[alg]
    assert key.keys() == {"kty", "use", "alg", "kid"} | shape
    if alg == "RS256":
        assert len(b64url_decode(key["n"])) == 256
    assert jws.ALGORITHMS.keys() == {"RS256", "ES256", "EdDSA"}


async def test_get_keys_gives_those_that_exist() -> None:
    await commit(ensure_keys())
    key = (await list_keys(SYSTEM))[0]

    assert await get_keys([key.id, "sk_none"]) == {key.id: key}


async def test_unknown_algorithms_and_keys_are_named() -> None:
    with pytest.raises(AlgorithmUnknown) as caught:
        await commit(rotate_keys(SYSTEM, "HS256"))
    assert caught.value.field == ("alg",)
    with pytest.raises(KeyNotFound):
        await commit(withdraw_key(SYSTEM, "sk_none"))


async def denied_actors() -> list[tuple[Actor, type[Exception]]]:
    return [(ANONYMOUS, Unauthenticated), (as_user(await make_user()), Forbidden)]


async def test_only_who_may_sees_rotates_and_withdraws_keys() -> None:
    await commit(ensure_keys())
    key = await key_of("ES256", KeyStatus.ACTIVE)
    before, known = await state(), await actions()

    for actor, error in await denied_actors():
        with pytest.raises(error):
            await list_keys(actor)
        with pytest.raises(error):
            await commit(rotate_keys(actor))
        with pytest.raises(error):
            await commit(withdraw_key(actor, key.id))

    assert await state() == before
    assert await actions() == known
    admin = as_user(await make_admin())
    assert len(await list_keys(admin)) == 3
    assert (await commit(withdraw_key(admin, key.id))).status is KeyStatus.WITHDRAWN
