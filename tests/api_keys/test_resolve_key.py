"""Showing a key: who is let in, who is not, and what a refusal leaves behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.api_keys.errors import (
    ApiKeyAddressRefused,
    ApiKeyDisabled,
    ApiKeyExpired,
    ApiKeyInvalid,
    ApiKeyOwnerInactive,
    ApiKeyUseRefused,
)
from app.api_keys.rules.form import make_text
from app.api_keys.service import delete_key, disable_key, enable_key, prove_key, resolve_key, update_key
from app.api_keys.types import ApiKeyChanges, CreatedApiKey, KeyUse
from app.clients.service import update_client
from app.clients.types import ClientChanges, ClientKind
from app.events.denial_limits import PER_CALLER
from app.kit import clock
from app.kit.actor import SYSTEM, Origin
from app.kit.errors import AppError
from app.kit.ids import new_id
from app.users.service import ban_user, delete_user, unban_user
from app.users.types import User
from tests.api_keys.support import DIRECT, EXCHANGE, everything_stored, make_client_key, make_key, show
from tests.clients.support import make_client
from tests.metrics.support import Change as Counted
from tests.support import ORIGIN, as_user, commit, counted_statements, make_admin, make_user, read_audit

Change = Callable[[User, CreatedApiKey], Awaitable[object]]


async def code_of(text: str, origin: Origin = ORIGIN, use: KeyUse = DIRECT) -> tuple[int, str]:
    with pytest.raises(AppError) as caught:
        await resolve_key(text, origin, use)
    return caught.value.status, caught.value.code


async def test_a_key_is_found_in_one_statement() -> None:
    made = await make_key(await make_user(), allowed_addresses=("203.0.113.0/24",), expires_at=None)

    with counted_statements() as statements:
        resolved = await show(made)

    assert len(statements) == 1
    assert resolved.key.id == made.key.id


async def test_an_unknown_key_and_a_wrong_secret_are_the_same_work_and_the_same_answer() -> None:
    made = await make_key(await make_user())
    unknown = make_text("live", new_id("key"), bytes(32))
    wrong = make_text("live", made.key.id, bytes(32))
    foreign = make_text("test", made.key.id, bytes(32))

    counts, answers = [], []
    for text in (unknown, wrong, foreign):
        with counted_statements() as statements:
            answers.append(await code_of(text))
        counts.append([statement.split("\n")[0] for statement in statements])

    assert answers == [(401, "api_keys_invalid")] * 3
    assert counts[0] == counts[1] == counts[2]


async def test_malformed_keys_never_reach_the_database() -> None:
    made = await make_key(await make_user())
    assert made.secret is not None

    for text in ("", "ak_live_x", made.secret[:-1], made.secret[:-1] + "!", made.secret + "A", made.secret.upper()):
        with counted_statements() as statements, pytest.raises(ApiKeyInvalid):
            await prove_key(text, ORIGIN, DIRECT)
        assert statements == []


async def ban(user: User, made: CreatedApiKey) -> None:
    await commit(ban_user(as_user(await make_admin()), user.id))


async def disable(user: User, made: CreatedApiKey) -> None:
    await commit(disable_key(as_user(user), made.key.id))


async def delete(user: User, made: CreatedApiKey) -> None:
    await commit(delete_key(as_user(user), made.key.id))


async def delete_owner(user: User, made: CreatedApiKey) -> None:
    await commit(delete_user(as_user(await make_admin()), user.id))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (ban, "api_keys_owner_inactive"),
        (disable, "api_keys_disabled"),
        (delete, "api_keys_invalid"),
        (delete_owner, "api_keys_invalid"),
    ],
)
async def test_whatever_ends_a_key_counts_at_the_next_request(change: Change, code: str) -> None:
    user = await make_user()
    made = await make_key(user)
    assert made.secret is not None
    await show(made)

    await change(user, made)

    assert await code_of(made.secret) == (401, code)


async def test_a_ban_that_is_over_lets_the_key_work_again() -> None:
    user, admin = await make_user(), as_user(await make_admin())
    made = await make_key(user)
    with clock.frozen() as time:
        await commit(ban_user(admin, user.id, until=time_in(timedelta(hours=1))))
        with pytest.raises(ApiKeyOwnerInactive):
            await show(made)
        time.advance(timedelta(hours=1))
        await show(made)
        await commit(ban_user(admin, user.id))
        with pytest.raises(ApiKeyOwnerInactive):
            await show(made)
        await commit(unban_user(admin, user.id))
        await show(made)


async def test_a_disabled_client_s_keys_rest() -> None:
    client = await make_client(ClientKind.MACHINE)
    made = await make_client_key(client.id)
    await show(made)

    await commit(update_client(SYSTEM, client.id, ClientChanges(is_enabled=False)))
    with pytest.raises(ApiKeyOwnerInactive):
        await show(made)
    await commit(update_client(SYSTEM, client.id, ClientChanges(is_enabled=True)))
    await show(made)


async def test_an_enabled_key_works_again() -> None:
    user = await make_user()
    made = await make_key(user)
    await commit(disable_key(as_user(user), made.key.id))
    with pytest.raises(ApiKeyDisabled):
        await show(made)

    await commit(enable_key(as_user(user), made.key.id))

    await show(made)


async def test_a_key_ends_at_its_expiry() -> None:
    with clock.frozen() as time:
        made = await make_key(await make_user(), expires_at=time_in(timedelta(hours=1)))
        time.advance(timedelta(minutes=59, seconds=59))
        await show(made)
        time.advance(timedelta(seconds=1))
        with pytest.raises(ApiKeyExpired):
            await show(made)


async def test_a_key_works_from_its_networks_only() -> None:
    user = await make_user()
    made = await make_key(user, allowed_addresses=("203.0.113.0/24", "2001:db8::/32"))

    for ip in ("203.0.113.7", "::ffff:203.0.113.7", "2001:db8::9"):
        await show(made, origin=replace(ORIGIN, ip=ip))
    for ip in ("198.51.100.1", "2001:db9::1", "nonsense", None):
        with pytest.raises(ApiKeyAddressRefused):
            await show(made, origin=replace(ORIGIN, ip=ip))
    await commit(update_key(as_user(user), made.key.id, ApiKeyChanges(allowed_addresses=())))
    await show(made, origin=replace(ORIGIN, ip="198.51.100.1"))


async def test_a_key_is_for_its_uses_only() -> None:
    user = await make_user()
    made = {use: await make_key(user, uses=(use,)) for use in KeyUse}

    for use, other in ((DIRECT, EXCHANGE), (EXCHANGE, DIRECT)):
        await show(made[use], use)
        with pytest.raises(ApiKeyUseRefused):
            await show(made[use], other)


async def test_who_does_not_know_the_secret_learns_nothing_of_a_key() -> None:
    user = await make_user()
    made = await make_key(user, allowed_addresses=("10.0.0.0/8",), uses=(EXCHANGE,))
    await commit(disable_key(as_user(user), made.key.id))

    assert await code_of(make_text("live", made.key.id, bytes(32))) == (401, "api_keys_invalid")


async def test_a_refusal_is_audited_and_counted_without_the_text() -> None:
    made = await make_key(await make_user(), uses=(EXCHANGE,))
    assert made.secret is not None
    wrong = make_text("live", made.key.id, bytes(32))
    counted = Counted()

    await code_of(made.secret)
    await code_of(wrong)
    await code_of("ak_live_garbage")

    told = [event for event in await read_audit() if event.action == "api_key.refused"]
    assert [(event.target_id, event.reason, event.outcome.value) for event in told] == [
        (made.key.id, "api_keys_use_refused", "denied"),
        (made.key.id, "api_keys_invalid", "denied"),
        (None, "api_keys_invalid", "denied"),
    ]
    assert all(event.ip == ORIGIN.ip and event.actor_kind == "anonymous" for event in told)
    stored = await everything_stored()
    assert [text in stored for text in (made.secret, made.secret[-49:], wrong, "garbage")] == [False] * 4
    assert counted("apikey_resolve_count_total", result="use_refused") == 1
    assert counted("apikey_resolve_count_total", result="invalid") == 2
    assert counted("apikey_resolve_duration_ms_count", result="use_refused") == 1


async def test_a_flood_of_wrong_keys_writes_a_few_rows() -> None:
    wrong = make_text("live", new_id("key"), bytes(32))
    for _ in range(PER_CALLER):
        await code_of(wrong)

    with counted_statements() as statements:
        for _ in range(50):
            await code_of(wrong)

    assert [statement for statement in statements if "SELECT" not in statement] == []
    assert len([event for event in await read_audit() if event.action == "api_key.refused"]) == PER_CALLER


def time_in(duration: timedelta) -> datetime:
    return clock.now() + duration
