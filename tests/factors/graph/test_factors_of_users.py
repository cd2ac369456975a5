"""Operators see users' factors without secrets, and take them away from who lost them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.api_keys.service import actor_of_key
from app.authz.service import super_admin
from app.factors.errors import OwnReset, UserStronger
from app.factors.service import find_factors_of, reset_factors
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.guard import ALL_PERMISSIONS, permissions_of
from app.users.types import User
from tests.api_keys.support import make_key, relate
from tests.factors.graph.test_own_factors import DOCUMENTS
from tests.factors.support import fresh, give_app, give_passkey, rows
from tests.graph.support import NOBODY, execute, read
from tests.login.support import read_mails
from tests.support import (
    ORIGIN,
    as_user,
    assert_needs,
    commit,
    counted_statements,
    deciding,
    make_admin,
    make_user,
    read_audit,
    read_everything,
)


async def _protected(email: str = "ada@example.com") -> User:
    user = await make_user(email)
    await give_app(user)
    await give_passkey(user, name="Laptop")
    return user


async def _ask(user: User, actor: Actor) -> dict[str, Any]:
    return await execute(DOCUMENTS["UserFactors"], {"id": user.id}, actor=actor)


async def test_an_operator_sees_what_there_is_and_no_secret() -> None:
    user = await _protected()

    with deciding(usr_viewer={"users.view"}):
        answer = await _ask(user, as_user("usr_viewer"))

    factors = answer["data"]["user"]["factors"]
    assert (factors["isProtected"], factors["recoveryCodesLeft"]) == (True, 10)
    assert [each["name"] for each in factors["passkeys"]] == ["Laptop"]
    keys = await db.fetch_row("SELECT public_key, credential_id FROM factors_passkey")
    assert keys is not None
    assert not any(bytes(each).hex() in json.dumps(answer) for each in keys)


async def test_one_sees_one_s_own() -> None:
    user = await _protected()

    answer = await read(DOCUMENTS["ViewerFactors"], actor=fresh(user))

    assert answer["viewer"]["user"]["factors"]["isProtected"] is True


@pytest.mark.parametrize(
    ("who", "code"), [("anonymous", "UNAUTHENTICATED"), ("plain", "FORBIDDEN"), ("lacking", "FORBIDDEN")]
)
async def test_others_do_not(who: str, code: str) -> None:
    user = await _protected()
    actor = NOBODY if who == "anonymous" else as_user(f"usr_{who}")

    with deciding(usr_lacking=ALL_PERMISSIONS - {"users.view"}):
        answer = await _ask(user, actor)

    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
    assert answer["data"] in (None, {"user": None})


async def test_factors_of_many_users_come_in_two_statements() -> None:
    admin = as_user(await make_admin())
    counts = []
    for n in range(3):
        await _protected(f"user{n}@example.com")
        with counted_statements() as statements:
            await read("{ users(first: 50) { nodes { id factors { isProtected passkeys { name } } } } }", actor=admin)
        counts.append(len(statements))

    assert counts[0] == counts[1] == counts[2]


async def test_a_reset_takes_everything_away_and_tells_the_user() -> None:
    user, admin = await _protected(), await make_admin()

    answer = await read(DOCUMENTS["UserFactorsReset"], {"input": {"id": user.id}}, actor=as_user(admin))

    assert answer["userFactorsReset"]["user"]["id"] == user.id
    assert [await rows(f"factors_{name}") for name in ("totp", "passkey", "recovery_code")] == [0, 0, 0]
    event = (await read_audit())[-1]
    assert (event.action, event.actor_id, event.target_id) == ("factor.all_removed", admin.id, user.id)
    assert event.before == {"totp": True, "passkeys": ["Laptop"], "recovery_codes": 10}
    mail = (await read_mails())[0]
    assert (mail.template, mail.to) == ("factors_reset", user.email)


async def test_a_reset_of_nothing_does_nothing() -> None:
    user = await make_user()

    await commit(reset_factors(SYSTEM, user.id))

    assert [event.action for event in await read_audit()] == ["user.created"]
    assert await read_mails() == []


async def test_a_reset_needs_the_permission() -> None:
    user = await _protected()

    await assert_needs("platform.manage_platform", lambda actor: reset_factors(actor, user.id))


async def test_an_operator_does_not_reset_their_own() -> None:
    admin = await make_admin()
    await give_app(admin)

    answer = await read(DOCUMENTS["UserFactorsReset"], {"input": {"id": admin.id}}, actor=as_user(admin))

    assert [error["code"] for error in answer["userFactorsReset"]["errors"]] == ["FORBIDDEN"]
    assert (await find_factors_of(admin.id)).has_any


async def test_nor_by_their_own_key_nor_while_they_act_as_somebody_else() -> None:
    admin = await make_admin()
    await give_app(admin)
    key = actor_of_key((await make_key(admin)).key, ORIGIN)
    acting = as_user("usr_somebody", impersonator_id=admin.id)
    before = await read_everything()

    with deciding(**{each.id or "": {"platform.manage_platform"} for each in (key, acting)}):
        for actor in (key, acting):
            with pytest.raises(OwnReset):
                await commit(reset_factors(actor, admin.id))

    assert key.owner_id == admin.id
    assert await read_everything() == before


@pytest.mark.parametrize("more", [{"users.delete"}, ALL_PERMISSIONS], ids=["one permission", "every permission"])
async def test_the_factors_of_who_may_do_more_stay(more: frozenset[str]) -> None:
    user, operator = await _protected(), as_user("usr_operator")
    before = await read_everything()

    with deciding(usr_operator={"platform.manage_platform", "users.view"}, **{user.id: more}):
        answer = await execute(DOCUMENTS["UserFactorsReset"], {"input": {"id": user.id}}, actor=operator)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert [error["extensions"]["reason"] for error in answer["errors"]] == ["factors_user_stronger"]
    assert await read_everything() == before


@pytest.mark.parametrize("place", ["clients:cli_one", "clients:*"])
@pytest.mark.parametrize("relation", ["admin", "full_access"])
async def test_the_factors_of_who_manages_or_opens_applications_stay(place: str, relation: str) -> None:
    user, manager = await _protected(), await make_user("manager@example.com")
    await relate("platform:*", "admin", manager.id)
    await relate(place, relation, user.id)
    before = await read_everything()

    answer = await execute(DOCUMENTS["UserFactorsReset"], {"input": {"id": user.id}}, actor=as_user(manager))

    assert [error["extensions"]["reason"] for error in answer["errors"]] == ["factors_user_stronger"]
    assert await read_everything() == before


async def test_who_manages_the_platform_alone_does_not_reset_its_super_admin() -> None:
    boss, manager = await make_admin("boss@example.com"), await make_user("manager@example.com")
    await give_app(boss)
    tuple_of_boss = super_admin("user", boss.id)
    await relate(f"{tuple_of_boss.entity_type}:{tuple_of_boss.entity_id}", "admin", manager.id)

    with pytest.raises(UserStronger):
        await commit(reset_factors(as_user(manager), boss.id))

    assert await permissions_of(as_user(manager)) == {"platform.manage_platform"}
    assert (await find_factors_of(boss.id)).has_any


async def test_the_factors_of_who_may_do_as_much_or_less_are_removed() -> None:
    equal, weaker = await _protected(), await _protected("bob@example.com")

    with deciding(usr_operator={"platform.manage_platform"}, **{equal.id: {"platform.manage_platform"}}):
        for user in (equal, weaker):
            await commit(reset_factors(as_user("usr_operator"), user.id))

    assert [(await find_factors_of(user.id)).has_any for user in (equal, weaker)] == [False, False]


async def test_who_is_not_there_is_told_in_the_payload() -> None:
    admin = await make_admin()

    answer = await read(DOCUMENTS["UserFactorsReset"], {"input": {"id": "usr_nobody"}}, actor=as_user(admin))

    assert [error["code"] for error in answer["userFactorsReset"]["errors"]] == ["NOT_FOUND"]
