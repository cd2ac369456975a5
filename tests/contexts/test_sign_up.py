"""Who signs up gets what contexts of the platform, and of the application that they come from, give."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from app.authz.service import revoke_relation
from app.authz.types import TupleKey
from app.contexts.rules import make_entry
from app.contexts.service import delete_context, update_context, welcome
from app.contexts.types import ContextChanges, Entry, Grant
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.runtime import override
from app.login.service import confirm_sign_up, send_invitation
from app.users.service import find_by_email
from tests.clients.support import make_client
from tests.contexts.support import (
    GRACE,
    MEMBER,
    applied,
    give_model,
    make_client_context,
    make_context,
    sign_up,
    told,
    tuples_of,
)
from tests.login.support import PASSWORD, Visitor, link_in, read_mails
from tests.support import ORIGIN, as_user, commit, make_user

APP = "https://app.example.com"


@pytest.fixture(autouse=True)
def _open() -> Iterator[None]:
    with override(signup_policy="open"):
        yield


async def grace() -> str:
    user = await find_by_email(GRACE)
    assert user is not None
    return user.id


async def test_a_context_of_the_platform_is_applied_with_the_account(visitor: Visitor) -> None:
    context = await make_context(MEMBER, Grant("group", "member", "staff"))

    await sign_up(visitor)

    user_id = await grace()
    assert await tuples_of(user_id) == ["platform:*#member", "group:staff#member"]
    assert await applied() == [("staff", user_id)]
    given = ["platform:*#member", "group:staff#member"]
    after = {"slug": "staff", "user_id": user_id, "client_id": None, "grants": given}
    assert (await told())[1:] == [("registration_context.applied", "system", user_id, after, None)]
    reasons = await db.fetch("SELECT reason FROM events_audit WHERE action = 'grant.created'")
    assert [row["reason"] for row in reasons] == ["registration context staff"] * 2
    assert context.id == await db.fetch_value("SELECT target_id FROM events_outbox WHERE type LIKE '%.applied'")


@pytest.mark.parametrize(
    ("email", "is_given"),
    [
        ("grace@acme.example", True),
        ("Grace@ACME.example", True),
        ("grace@sub.acme.example", False),
        ("grace@notacme.example", False),
        ("grace@acme.example.evil.example", False),
        ("grace.acme.example@evil.example", False),
    ],
)
async def test_only_exactly_this_domain_counts(visitor: Visitor, email: str, is_given: bool) -> None:
    await make_context(allowed_domains=("acme.example", "other.example"))

    await sign_up(visitor, email)

    user = await find_by_email(email)
    assert user is not None
    assert await tuples_of(user.id) == (["platform:*#member"] if is_given else [])


async def test_the_domain_of_an_address_that_is_not_proved_does_not_count() -> None:
    await make_context(allowed_domains=("acme.example",))
    user = await make_user(GRACE, email_verified=False)
    await commit(send_invitation(user))
    await make_context(Grant("group", "member", "all"), slug="everybody")

    await commit(welcome(SYSTEM, user.id, make_entry(user)))

    assert await tuples_of(user.id) == ["group:all#member"]


async def test_an_invitation_applies_when_it_is_accepted_and_the_address_is_proved(visitor: Visitor) -> None:
    await make_context(allowed_domains=("acme.example",))
    user = await make_user(GRACE, email_verified=False)
    await commit(send_invitation(user))
    [mail] = await read_mails()
    before = await tuples_of(user.id)

    page = await visitor.get(link_in(mail))
    done = await visitor.submit(page, "choose-form", password=PASSWORD)

    assert (before, done.status) == ([], 303)
    assert await tuples_of(user.id) == ["platform:*#member"]


@pytest.mark.parametrize(
    ("allowed", "origin", "is_given"),
    [
        ((), None, True),
        ((), APP, True),
        ((APP,), APP, True),
        ((APP,), "https://evil.example.com", False),
        ((APP,), "https://app.example.com:8443", False),
        ((APP,), "http://app.example.com", False),
        ((APP,), None, False),
    ],
)
async def test_who_comes_from_an_application_elsewhere_is_left_out(
    visitor: Visitor, allowed: tuple[str, ...], origin: str | None, is_given: bool
) -> None:
    client = await make_client()
    await make_context(allowed_origins=allowed)
    flow = await visitor.begin_flow(client_id=client.id, client_name="Portal", origin=origin)

    await sign_up(visitor, url=f"/signup?flow={flow.id}")

    assert await tuples_of(await grace()) == (["platform:*#member"] if is_given else [])


async def test_a_context_of_the_application_is_applied_with_the_account_and_those_of_others_not(
    visitor: Visitor,
) -> None:
    ours, theirs = await make_client(), await make_client(name="Other")
    await make_client_context(ours.id)
    await make_client_context(theirs.id, slug="other")
    flow = await visitor.begin_flow(client_id=ours.id, client_name="Portal", origin=APP)

    await sign_up(visitor, url=f"/signup?flow={flow.id}")

    user_id = await grace()
    assert await tuples_of(user_id) == [f"{ours.id}:invoice:*#viewer"]
    assert await applied() == [("staff", user_id)]


async def test_a_disabled_context_gives_nothing(visitor: Visitor) -> None:
    context = await make_context()
    await commit(update_context(SYSTEM, context.id, ContextChanges(is_enabled=False)))

    await sign_up(visitor)

    assert await tuples_of(await grace()) == []


async def test_a_context_opens_nothing_where_sign_up_is_closed(visitor: Visitor) -> None:
    await make_context(allowed_domains=("acme.example",))

    with override(signup_policy="closed"):
        page = await visitor.get("/signup")

    assert (page.status, page.forms) == (403, {})


async def test_accounts_that_operators_make_get_nothing() -> None:
    await make_context()

    user = await make_user(GRACE)

    assert (await tuples_of(user.id), await applied()) == ([], [])


async def test_who_follows_the_link_twice_at_once_gets_it_once(visitor: Visitor) -> None:
    await make_context()
    form = await visitor.get("/signup")
    await visitor.submit(form, "signup-form", email=GRACE, name="Grace", password=PASSWORD)
    [mail] = await read_mails()
    token = link_in(mail).partition("token=")[2].partition("&")[0]

    async def confirm() -> None:
        async with unit_of_work():
            await confirm_sign_up(SYSTEM.at(ORIGIN), token)

    results = await asyncio.gather(*(confirm() for _ in range(5)), return_exceptions=True)

    assert sum(result is None for result in results) == 1
    user_id = await grace()
    assert await applied() == [("staff", user_id)]
    assert [each[0] for each in await told("registration_context.applied")] == ["registration_context.applied"]


async def test_it_is_applied_once_however_many_units_of_work_begin_at_once() -> None:
    await make_context()
    await make_context(Grant("group", "member", "all"), slug="everybody")
    user = await make_user(GRACE)

    async def come() -> None:
        async with unit_of_work():
            await welcome(as_user(user), user.id, Entry())

    await asyncio.gather(*(come() for _ in range(8)))

    assert sorted(await applied()) == [("everybody", user.id), ("staff", user.id)]
    assert len(await told("registration_context.applied")) == 2
    assert sorted(await tuples_of(user.id)) == ["group:all#member", "platform:*#member"]


async def test_a_context_that_is_deleted_meanwhile_fails_no_sign_up() -> None:
    context = await make_context()
    user = await make_user(GRACE)

    async def come() -> None:
        async with unit_of_work():
            await welcome(SYSTEM, user.id, Entry())

    for _ in range(5):
        await asyncio.gather(come(), commit(delete_context(SYSTEM, context.id)))
        assert await applied() == []
        context = await make_context()


async def test_what_is_taken_back_is_not_given_again() -> None:
    await make_context()
    user = await make_user(GRACE)
    await commit(welcome(SYSTEM, user.id, Entry()))
    await commit(revoke_relation(SYSTEM, TupleKey("platform", "*", "member", "user", user.id)))

    await commit(welcome(SYSTEM, user.id, Entry()))

    assert await tuples_of(user.id) == []


async def test_a_failed_sign_up_leaves_nothing_applied() -> None:
    await make_context()
    user = await make_user(GRACE)

    with pytest.raises(RuntimeError):
        async with unit_of_work():
            await welcome(SYSTEM, user.id, Entry())
            raise RuntimeError

    assert (await applied(), await tuples_of(user.id), await told("registration_context.applied")) == ([], [], [])


async def test_a_model_of_a_client_may_be_given_by_a_context_of_the_platform() -> None:
    client = await make_client()
    kind = await give_model(client.id)
    await make_context(Grant(kind, "editor", "42"))
    user = await make_user(GRACE)

    await commit(welcome(SYSTEM, user.id, Entry()))

    assert await tuples_of(user.id) == [f"{kind}:42#editor"]
