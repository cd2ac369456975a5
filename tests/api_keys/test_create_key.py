"""Making keys."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from app.api_keys.errors import OwnerNotFound, OwnerRequired, TooManyKeys
from app.api_keys.service import create_key, creating
from app.api_keys.types import KeyStatus, KeyUse, NewApiKey, Owner, OwnerKind
from app.clients.types import ClientKind
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.errors import AppError, Forbidden, InputProblems, Unauthenticated
from app.kit.guard import ALL_PERMISSIONS
from app.kit.runtime import override
from tests.api_keys.support import DIRECT, everything_stored, make_client_key, make_key, show
from tests.clients.support import make_client
from tests.support import (
    as_user,
    commit,
    deciding,
    make_admin,
    make_user,
    read_audit,
    read_everything,
    read_outbox,
    unknown_id,
)


async def problems_of(**fields: Any) -> list[tuple[str, ...]]:
    user = await make_user()
    with pytest.raises(InputProblems) as caught:
        await make_key(user, **fields)
    return [problem.field for problem in caught.value.problems]


async def test_a_key_belongs_to_its_maker_and_works_at_once() -> None:
    user = await make_user()

    made = await commit(create_key(as_user(user), NewApiKey(name=" Backup ", note="Nightly")))

    key = made.key
    assert (key.name, key.note, key.owner) == ("Backup", "Nightly", Owner(OwnerKind.USER, user.id))
    assert (key.created_by_kind, key.created_by_id, key.version, key.is_enabled) == ("user", user.id, 1, True)
    assert (key.uses, key.scopes, key.allowed_addresses) == ((KeyUse.EXCHANGE, KeyUse.DIRECT), (), ())
    assert (key.rate_limit_per_minute, key.expires_at, key.last_used_at) == (None, None, None)
    assert made.secret is not None
    assert made.secret.startswith(f"ak_live_{key.id.removeprefix('key_')}_")
    assert made.secret.endswith(key.hint)
    resolved = await show(made, DIRECT)
    assert (resolved.key, resolved.version) == (key, 1)


async def test_only_the_hash_of_a_secret_is_stored_and_nothing_tells_it() -> None:
    made = await make_key(await make_user())

    assert made.secret is not None
    stored = await db.fetch_value("SELECT secret_hash FROM api_keys_key WHERE id = $1", made.key.id)
    assert stored == hashlib.sha256(made.secret.encode()).digest()
    assert made.secret not in await everything_stored()
    assert made.secret[-49:] not in await everything_stored()
    assert made.secret not in repr(made)


async def test_making_a_key_is_told_without_its_secret() -> None:
    user = await make_user()
    made = await make_key(user, rate_limit_per_minute=5)

    event = (await read_audit())[-1]
    assert (event.action, event.target_id, event.about_user_id) == ("api_key.created", made.key.id, user.id)
    assert event.after is not None
    assert (event.after["rate_limit_per_minute"], event.after["owner_id"], event.after["grants"]) == (5, user.id, [])
    assert ("api_key.created", made.key.id) in await read_outbox()


async def test_the_setting_says_where_keys_belong() -> None:
    user = await make_user()
    with override(api_key_env="test"):
        made = await make_key(user)

    assert made.secret is not None
    assert made.secret.startswith("ak_test_")
    assert (await show(made)).key.id == made.key.id


async def test_a_client_makes_its_own_keys() -> None:
    client = await make_client(ClientKind.MACHINE)
    actor = Actor(ActorKind.CLIENT, client.id, client_id=client.id)

    made = await commit(create_key(actor, NewApiKey(name="Own")))

    assert made.key.owner == Owner(OwnerKind.CLIENT, client.id)
    assert (await show(made)).key.status_at(clock.now()) is KeyStatus.ACTIVE


async def test_somebody_elses_keys_need_the_right_to_act_as_them() -> None:
    user, plain = await make_user(), await make_user("plain@example.com")
    new = NewApiKey(name="x", owner_user_id=user.id)
    lacking, holding = as_user("usr_lacking"), as_user("usr_holding")
    before = await read_everything()

    with deciding(usr_lacking=ALL_PERMISSIONS - {"users.impersonate"}, usr_holding={"users.impersonate"}):
        for actor, error in ((ANONYMOUS, Unauthenticated), (as_user(plain), Forbidden), (lacking, Forbidden)):
            with pytest.raises(error):
                await commit(create_key(actor, new))
        assert await read_everything() == before
        made = await commit(create_key(holding, new))

    assert (made.key.owner.id, made.key.created_by_id) == (user.id, "usr_holding")


async def test_a_client_s_keys_need_the_right_to_manage_its_access() -> None:
    client, user = await make_client(ClientKind.MACHINE), await make_user()
    before = await read_everything()

    with deciding(usr_lacking=ALL_PERMISSIONS - {"clients.manage_access"}, usr_holding={"clients.manage_access"}):
        for actor in (as_user(user), as_user("usr_lacking")):
            with pytest.raises(Forbidden):
                await make_client_key(client.id, actor)
        with pytest.raises(Unauthenticated):
            await make_client_key(client.id, ANONYMOUS)
        assert await read_everything() == before
        made = await make_client_key(client.id, as_user("usr_holding"))

    assert made.key.owner == Owner(OwnerKind.CLIENT, client.id)


async def test_whoever_acts_as_somebody_else_leaves_no_key_behind() -> None:
    user, admin = await make_user(), await make_admin()
    before = await read_everything()

    with pytest.raises(AppError) as caught:
        await make_key(user, as_user(user, impersonator_id=admin.id))

    assert (caught.value.status, caught.value.code) == (403, "api_keys_impersonated")
    assert await read_everything() == before


async def test_an_owner_is_one_and_exists() -> None:
    user, client, admin = await make_user(), await make_client(), as_user(await make_admin())

    both = NewApiKey(name="x", owner_user_id=user.id, owner_client_id=client.id)
    with pytest.raises(OwnerRequired):
        await commit(create_key(admin, both))
    with pytest.raises(OwnerRequired):
        await commit(create_key(SYSTEM, NewApiKey(name="x")))
    for fields in ({"owner_user_id": unknown_id()}, {"owner_client_id": unknown_id("cli")}):
        with pytest.raises(OwnerNotFound):
            await commit(create_key(SYSTEM, NewApiKey(name="x", **fields)))


async def test_all_that_is_wrong_is_told_at_once() -> None:
    now = clock.now()

    found = await problems_of(
        name=" ", note="a\x00b", uses=(), allowed_addresses=("10.0.0.0/8", "10.0.0.1/8"), rate_limit_per_minute=0,
        expires_at=now - timedelta(seconds=1), scopes=("openid",),
    )  # fmt: skip

    assert sorted(found) == [
        ("allowed_addresses", "1"), ("expires_at",), ("name",), ("note",), ("rate_limit_per_minute",), ("scopes", "0"),
        ("uses",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"name": "x" * 121}, ("name",)),
        ({"name": "a\nb"}, ("name",)),
        ({"note": "x" * 1_001}, ("note",)),
        (
            {"allowed_addresses": ("10.0.0.0/8",) * 1 + tuple(f"10.{n}.0.0/16" for n in range(50))},
            ("allowed_addresses",),
        ),
        ({"rate_limit_per_minute": 10_000_001}, ("rate_limit_per_minute",)),
        ({"expires_at": clock.now() + timedelta(days=4_000)}, ("expires_at",)),
        ({"expires_at": clock.now().replace(tzinfo=None) + timedelta(days=1)}, ("expires_at",)),
    ],
)
async def test_each_value_has_its_bounds(fields: dict[str, Any], place: tuple[str, ...]) -> None:
    assert await problems_of(**fields) == [place]


async def test_tokens_of_a_client_s_keys_may_carry_what_the_client_is_registered_for() -> None:
    client = await make_client(ClientKind.MACHINE, scopes=("invoices",))

    made = await make_client_key(client.id, scopes=("invoices", "auther:api", "invoices"))
    with pytest.raises(InputProblems):
        await make_client_key(client.id, scopes=("payments",))

    assert made.key.scopes == ("invoices", "auther:api")


async def test_an_owner_has_a_bounded_number_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "MAX_KEYS", 2)
    user = await make_user()
    for _ in range(2):
        await make_key(user)

    with pytest.raises(TooManyKeys):
        await make_key(user)
    await make_key(await make_user("other@example.com"))


async def test_the_same_idempotency_key_makes_one_key_and_shows_its_secret_once() -> None:
    actor, new = as_user(await make_user()), NewApiKey(name="Once", scopes=("auther:api",))

    first = await commit(create_key(actor, new, idempotency_key="k"))
    second = await commit(create_key(actor, new, idempotency_key="k"))
    with pytest.raises(AppError) as caught:
        await commit(create_key(actor, NewApiKey(name="Twice"), idempotency_key="k"))

    assert (second.key, second.secret) == (first.key, None)
    assert first.secret is not None
    assert caught.value.code == "api_keys_idempotency_mismatch"
    assert await db.fetch_value("SELECT count(*) FROM api_keys_key") == 1
