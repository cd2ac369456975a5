"""The API says beforehand why somebody may not act as a user."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.authz.service import grant_relation, super_admin
from app.kit import clock
from app.kit.actor import SYSTEM
from app.users.service import ban_user
from app.users.types import User
from tests.graph.support import read
from tests.impersonation.support import Desk, may_impersonate
from tests.login.support import PASSWORD
from tests.support import as_user, commit, counted_statements, make_user

ONE = "query ($id: ID!) { user(id: $id) { impersonationRefusal } }"
MANY = "{ users(first: 100) { nodes { impersonationRefusal } } }"


async def refusal_of(actor: User, user: User, **details: str) -> str | None:
    told = await read(ONE, {"id": user.id}, actor=as_user(actor, **details))
    refusal: str | None = told["user"]["impersonationRefusal"]
    return refusal


async def test_each_reason_has_a_name(user: User) -> None:
    operator, stronger, banned = [await make_user(f"{name}@example.com") for name in ("o", "s", "b")]
    await may_impersonate(operator)
    await commit(grant_relation(SYSTEM, super_admin("user", stronger.id)))
    await commit(ban_user(SYSTEM, banned.id))

    assert [await refusal_of(operator, each) for each in (user, stronger, banned, operator)] == [
        None, "OF_STRONGER", "NOT_POSSIBLE", "NOT_POSSIBLE",
    ]  # fmt: skip
    assert await refusal_of(user, user) == "NOT_PERMITTED"
    assert await refusal_of(operator, user, impersonator_id=stronger.id) == "NOT_PERMITTED"


@pytest.mark.parametrize("others", [0, 9])
async def test_a_page_of_users_costs_a_constant_number_of_statements(user: User, others: int) -> None:
    operator = await make_user("operator@example.com")
    await may_impersonate(operator)
    for number in range(others):
        await make_user(f"user{number}@example.com")

    with counted_statements() as statements:
        await read(MANY, actor=as_user(operator))

    assert len(statements) == 3, statements


async def test_the_console_leads_to_a_fresh_proof_and_back(desk: Desk, user: User) -> None:
    back = f"/admin/users/{user.id}?dialog=impersonate"
    with clock.frozen() as time:
        time.advance(timedelta(minutes=11))

        form = await desk.visitor.follow(await desk.visitor.get(f"/signin/again?next={back}"))
        answer = await desk.visitor.submit(form, "signin-form", identifier="olga@example.com", password=PASSWORD)

        assert answer.response.headers["location"] == back
        assert (await desk.request(user))["path"] is not None


async def test_who_is_not_signed_in_signs_in(desk: Desk) -> None:
    desk.visitor.client.cookies.delete("auther_session")

    page = await desk.visitor.get("/signin/again?next=/admin/users")

    assert page.response.headers["location"] == "/signin?next=%2Fadmin%2Fusers"


async def test_the_way_back_is_on_our_own_host(desk: Desk) -> None:
    page = await desk.visitor.follow(await desk.visitor.get("/signin/again?next=https://evil.example/"))

    answer = await desk.visitor.submit(page, "signin-form", identifier="olga@example.com", password=PASSWORD)

    assert answer.response.headers["location"] == "/admin/"
