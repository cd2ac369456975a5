"""Guessing passwords at the sign-in page."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from app.credentials.hashing import hasher
from app.events.denial_limits import PER_CALLER
from app.kit import clock, db
from app.kit.runtime import override
from tests.login.support import PASSWORD, Page, Visitor, failures, make_person
from tests.support import counted_statements


async def _shape(visitor: Visitor, login: str) -> tuple[object, ...]:
    hashed = hasher().computed
    page = await visitor.get("/signin")
    with counted_statements() as statements:
        answer = await visitor.submit(page, "signin-form", identifier=login, password="wrong")
    text = answer.lasting.replace(login, "NAME")
    return len(statements), hasher().computed - hashed, answer.status, text, sorted(answer.response.headers)


async def test_an_unknown_account_answers_like_a_known_one_at_the_same_cost(visitor: Visitor) -> None:
    await make_person()
    await make_person("bare@example.com")
    await db.execute("DELETE FROM credentials_password WHERE user_id <> (SELECT id FROM users_user LIMIT 1)")

    shapes = [await _shape(visitor, f"{name}@example.com") for name in ("ada", "eve", "bare")]

    assert shapes[0] == shapes[1] == shapes[2]
    assert shapes[0][1] == 1


async def test_an_unknown_account_is_slowed_down_like_a_known_one(visitor: Visitor) -> None:
    await make_person()
    answers: dict[str, list[tuple[int, str | None]]] = {}

    for name in ("ada@example.com", "eve@example.com"):
        with clock.frozen():
            pages = [await visitor.sign_in(name, "wrong") for _ in range(7)]
        answers[name] = [(page.status, page.alert) for page in pages]

    assert answers["ada@example.com"] == answers["eve@example.com"]
    assert answers["ada@example.com"][4:6] == [
        (400, "That name or password is not right."),
        (429, "Too many wrong passwords. Try again in 1 second."),
    ]


async def test_a_refusal_says_when_to_come_back_and_keeps_the_way_out_in_view(visitor: Visitor) -> None:
    await make_person()

    with clock.frozen() as frozen, override(signin_failures_before_delay=1, signin_failures_before_lock=2):
        await visitor.sign_in("ada", "wrong")
        frozen.advance(timedelta(seconds=1))
        await visitor.sign_in("ada", "wrong")
        page = await visitor.sign_in("ada", PASSWORD)

    assert (page.status, page.response.headers["retry-after"]) == (429, "900")
    assert page.alert == (
        "Too many wrong passwords: sign-in is locked for a while. Resetting the password unlocks it."
        " Try again in 15 minutes."
    )
    assert page.links["forgot"] == "/password/forgot"


async def test_no_more_than_the_limit_of_parallel_guesses_reach_the_hash(visitor: Visitor, stranger: Visitor) -> None:
    user = await make_person()
    form = await visitor.get("/signin")
    hashed = hasher().computed

    async def guess() -> Page:
        return await visitor.submit(form, "signin-form", identifier="ada", password="wrong")

    with clock.frozen():
        pages = await asyncio.gather(*(guess() for _ in range(40)))

    assert sorted(page.status for page in pages) == [400] * 5 + [429] * 35
    assert hasher().computed - hashed == 5
    assert await db.fetch_value("SELECT failures FROM credentials_throttle") == 5
    assert sorted(await failures()) == sorted(
        [(user.id, "wrong_password")] * 5 + [(user.id, "credentials_slow_down")] * PER_CALLER
    )


async def test_the_owner_s_browser_is_let_in_while_strangers_are_locked_out(
    visitor: Visitor, stranger: Visitor
) -> None:
    await make_person()
    await visitor.sign_in("ada")

    with clock.frozen():
        for _ in range(10):
            refused = await stranger.sign_in("ada", "wrong")
        owner = await visitor.sign_in("ada", url="/signin?other=1")

    assert (refused.status, owner.status) == (429, 303)


async def test_a_hundred_wrong_passwords_at_once_are_counted_to_the_last(visitor: Visitor) -> None:
    await make_person()
    form = await visitor.get("/signin")

    async def guess() -> Page:
        return await visitor.submit(form, "signin-form", identifier="ada", password="wrong")

    with (
        clock.frozen(),
        override(signin_failures_before_delay=100, signin_failures_before_lock=101, signin_attempts_per_address=1_000),
    ):
        pages = await asyncio.gather(*(guess() for _ in range(100)))
        last = await guess()

    assert {page.status for page in pages} == {400}
    assert await db.fetch_value("SELECT failures FROM credentials_throttle") == 100
    assert await db.fetch_value("SELECT hits FROM kit_counter WHERE name = 'signin_address'") == 101
    assert (last.status, last.alert) == (429, "Too many wrong passwords. Try again in 1 second.")


@pytest.mark.parametrize(
    ("other", "status"), [("2001:db8:1:2:ffff::9", 429), ("2001:db8:1:3::1", 400)], ids=["same /64", "another /64"]
)
async def test_addresses_of_one_ipv6_subscriber_share_what_they_may_try(
    app: Starlette, other: str, status: int
) -> None:
    first, second = Visitor(app, ip="2001:db8:1:2::1"), Visitor(app, ip=other)

    with clock.frozen(), override(signin_attempts_per_address=3):
        statuses = [(await first.sign_in(f"u{number}", "wrong")).status for number in range(4)]
        answer = await second.sign_in("somebody", "wrong")

    assert (statuses, answer.status) == ([400, 400, 400, 429], status)
    for each in (first, second):
        await each.client.aclose()


async def test_whoever_uses_up_the_owner_s_address_does_not_shut_the_owner_out(
    app: Starlette, visitor: Visitor
) -> None:
    await make_person()
    await visitor.sign_in("ada")
    neighbour = Visitor(app)

    with clock.frozen(), override(signin_attempts_per_address=3):
        for number in range(5):
            refused = await neighbour.sign_in(f"u{number}", "wrong")
        owner = await visitor.sign_in("ada", url="/signin?other=1")
        elsewhere = await visitor.sign_in("bob", "wrong", url="/signin?other=1")

    assert (refused.status, owner.status, elsewhere.status) == (429, 303, 429)
    await neighbour.client.aclose()


async def test_the_counter_survives_although_the_request_failed(visitor: Visitor) -> None:
    await make_person()

    page = await visitor.sign_in("ada", "wrong")

    assert page.status == 400
    assert await db.fetch_value("SELECT failures FROM credentials_throttle") == 1


async def test_a_password_that_was_not_looked_at_is_no_guess(visitor: Visitor) -> None:
    await make_person()

    await visitor.sign_in("ada", "x" * 1_025)

    assert await db.fetch_value("SELECT failures FROM credentials_throttle") == 0
    assert await db.fetch_value("SELECT hits FROM kit_counter WHERE name = 'signin_address'") == 0


async def test_an_address_that_tries_too_many_accounts_is_shut_out_without_flooding_the_trail(
    visitor: Visitor, stranger: Visitor
) -> None:
    await make_person()

    with clock.frozen(), override(signin_attempts_per_address=3):
        pages = [await visitor.sign_in(f"u{number}", "wrong") for number in range(5)]
        other = await stranger.sign_in("ada")

    assert [page.status for page in pages] == [400, 400, 400, 429, 429]
    assert (pages[4].alert or "").startswith("Too many attempts from your network. Try again in ")
    assert other.status == 303
    assert await failures() == [(None, "unknown_account")] * 3


async def test_neither_name_nor_password_is_in_the_trail_of_an_unknown_account(visitor: Visitor) -> None:
    await visitor.sign_in("my-password-typed-here", "hunter2hunter2")

    row = await db.fetch_value("SELECT row_to_json(a)::text FROM events_audit a WHERE action = 'signin.failed'")
    assert "typed-here" not in row
    assert "hunter2" not in row


async def test_too_many_waiting_sign_ins_are_told_to_come_back(visitor: Visitor) -> None:
    await make_person()
    form = await visitor.get("/signin")

    async def sign_in() -> Page:
        return await visitor.submit(form, "signin-form", identifier="ada", password=PASSWORD)

    with override(argon2_concurrency=1, argon2_queue=1, signin_failures_before_delay=19):
        pages = await asyncio.gather(*(sign_in() for _ in range(12)))

    busy = [page for page in pages if page.status == 503]
    assert {page.status for page in pages} == {303, 503}
    assert busy[0].response.headers["retry-after"] == "2"
    assert await db.fetch_value("SELECT coalesce(sum(failures), 0) FROM credentials_throttle") == 0
    assert busy[0].alert == "Too many people are signing in right now. Try again in 2 seconds."
