"""Who first uses an application gets what its contexts give, with the answer to its request."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from app.authz.service import revoke_relation
from app.authz.service.follower import following
from app.authz.types import TupleKey
from app.contexts.service import update_context
from app.contexts.types import ContextChanges, Grant
from app.kit.actor import SYSTEM
from app.oidc.consents import withdraw_consent
from app.sessions.types import Session
from app.users.service import update_user
from app.users.types import User, UserChanges
from tests.contexts.support import applied, give_model, make_client_context, make_context, told, tuples_of
from tests.impersonation.support import make_desk
from tests.login.support import Visitor
from tests.oidc.devices import hidden_fields, make_device
from tests.oidc.machines import make_machine
from tests.oidc.support import CALLBACK, Party, answer_of, claims_of, make_party
from tests.support import as_user, commit, counted_statements, read_everything

TENANT = "https://api.acme.example"
DOMAIN = "example.com"


def permissions_of(tokens: dict[str, Any]) -> dict[str, list[str]]:
    return dict(claims_of(tokens["access_token"])["permissions"])


async def test_the_first_authorization_applies_it_and_the_token_carries_it(
    party: Party, session: Session, user: User
) -> None:
    await make_client_context(party.client.id, allowed_domains=(DOMAIN,), allowed_origins=("https://app.example.com",))

    tokens = await party.tokens()

    kind = f"{party.client.id}:invoice"
    assert permissions_of(tokens) == {kind: ["edit", "read"]}
    assert await applied() == [("staff", user.id)]
    after = {"slug": "staff", "user_id": user.id, "client_id": party.client.id, "grants": [f"{kind}:*#viewer"]}
    assert (await told())[1:] == [("registration_context.applied", "system", user.id, after, None)]


async def test_a_server_that_answers_from_memory_shows_it_in_the_very_next_token(
    party: Party, session: Session, user: User
) -> None:
    async with following() as follower:
        await follower.catch_up()
        await make_client_context(party.client.id)

        tokens = await party.tokens()

    assert permissions_of(tokens) == {f"{party.client.id}:invoice": ["edit", "read"]}


async def test_an_operator_who_acts_as_a_user_is_not_that_user(visitor: Visitor, user: User) -> None:
    desk = await make_desk(visitor)
    party = await make_party(desk.visitor.client)
    await make_client_context(party.client.id)
    await desk.begin(user)

    tokens = await party.tokens()

    assert claims_of(tokens["access_token"])["sub"] == user.id
    assert (permissions_of(tokens), await applied()) == ({}, [])


async def test_later_ones_cost_no_statement_more_and_change_nothing(party: Party, session: Session, user: User) -> None:
    await party.code()
    with counted_statements() as without:
        await party.code()
    await make_client_context(party.client.id)
    with counted_statements() as applying:
        await party.code()

    with counted_statements() as known:
        await party.code(prompt="none")

    assert len(known) == len(without) == 5, known
    assert len(applying) > 5
    assert await applied() == [("staff", user.id)]


async def test_what_is_taken_back_stays_so_however_often_they_come(party: Party, session: Session, user: User) -> None:
    await make_client_context(party.client.id)
    await party.code()
    key = TupleKey(f"{party.client.id}:invoice", "*", "viewer", "user", user.id)
    await commit(revoke_relation(SYSTEM, key))
    await commit(withdraw_consent(as_user(user), user.id, party.client.id))

    tokens = await party.tokens()

    assert permissions_of(tokens) == {}


async def test_a_context_made_later_means_those_who_are_there_as_well(
    party: Party, session: Session, user: User
) -> None:
    await party.code()
    await make_client_context(party.client.id)

    assert permissions_of(await party.tokens()) == {f"{party.client.id}:invoice": ["edit", "read"]}


async def test_an_address_counts_once_it_is_proved(party: Party, session: Session, user: User) -> None:
    await make_client_context(party.client.id, allowed_domains=(DOMAIN,))
    await commit(update_user(SYSTEM, user.id, UserChanges(email_verified=False)))
    unproved = permissions_of(await party.tokens())
    await commit(update_user(SYSTEM, user.id, UserChanges(email_verified=True)))

    proved = permissions_of(await party.tokens())

    assert (unproved, proved) == ({}, {f"{party.client.id}:invoice": ["edit", "read"]})


@pytest.mark.parametrize(
    "limits",
    [
        {"allowed_domains": ("other.example", "sub.example.com")},
        {"allowed_origins": ("https://other.example.com",)},
        {"is_enabled": False},
    ],
)
async def test_who_is_not_meant_gets_nothing(party: Party, session: Session, limits: dict[str, Any]) -> None:
    await make_client_context(party.client.id, **limits)

    assert permissions_of(await party.tokens()) == {}
    assert await applied() == []


async def test_contexts_of_the_platform_and_of_other_clients_wait_for_others(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    other = await make_party(browser, name="Other")
    await make_client_context(other.client.id)
    await make_context(slug="everybody")

    await party.code()

    assert await applied() == []


async def test_a_resource_that_is_asked_for_has_contexts_of_its_own(
    browser: httpx.AsyncClient, party: Party, session: Session, user: User
) -> None:
    tenant = await make_machine(browser, name="Acme", resource_uris=(TENANT,))
    await make_client_context(tenant.client.id, allowed_domains=(DOMAIN,))

    plain = await party.tokens()
    meant = (await party.redeem(await party.code(resource=TENANT))).json()

    assert permissions_of(plain) == {}
    assert permissions_of(meant) == {f"{tenant.client.id}:invoice": ["edit", "read"]}


async def test_a_third_party_applies_it_when_the_user_has_agreed_and_not_before(
    third_party: Party, session: Session, user: User
) -> None:
    await make_client_context(third_party.client.id)
    asked = await third_party.authorize()
    before = await applied()
    page = await third_party.browser.get(asked.headers["location"])

    agreed = {**hidden_fields(page.text), "decision": "allow"}
    answer = await third_party.browser.post(asked.headers["location"], data=agreed)
    if answer.headers["location"].startswith("/"):
        answer = await third_party.browser.get(answer.headers["location"])

    assert before == []
    assert "code" in answer_of(answer, at=CALLBACK)
    assert await applied() == [("staff", user.id)]


@pytest.mark.parametrize("is_first_party", [True, False])
async def test_letting_a_device_in_applies_it(
    browser: httpx.AsyncClient, session: Session, user: User, is_first_party: bool
) -> None:
    device = await make_device(browser, is_first_party=is_first_party)
    await make_client_context(device.client.id)
    await make_context(
        Grant(f"{device.client.id}:invoice", "editor", "1"),
        slug="from-the-web",
        client_id=device.client.id,
        allowed_origins=("https://app.example.com",),
    )
    await device.begin()
    before = await applied()
    await device.let_in()

    tokens = (await device.poll()).json()

    assert before == []
    assert permissions_of(tokens) == {f"{device.client.id}:invoice": ["edit", "read"]}
    assert await applied() == [("staff", user.id)]


async def test_a_refused_device_and_a_refused_consent_apply_nothing(
    browser: httpx.AsyncClient, third_party: Party, session: Session
) -> None:
    device = await make_device(browser, is_first_party=False)
    await make_client_context(device.client.id)
    await make_client_context(third_party.client.id, slug="other")
    await device.begin()
    typed = await device.type_code()
    await device.decide(typed.headers["location"], "deny")
    asked = await third_party.authorize()
    page = await third_party.browser.get(asked.headers["location"])

    await third_party.browser.post(asked.headers["location"], data={**hidden_fields(page.text), "decision": "deny"})

    assert await applied() == []


async def test_ten_tabs_at_once_apply_it_once(party: Party, session: Session, user: User) -> None:
    await make_client_context(party.client.id)

    codes = await asyncio.gather(*(party.code() for _ in range(10)))

    assert len(set(codes)) == 10
    assert await applied() == [("staff", user.id)]
    assert len(await told("registration_context.applied")) == 1
    assert await tuples_of(user.id) == [f"{party.client.id}:invoice:*#viewer"]


async def test_a_refused_request_applies_nothing(party: Party, session: Session) -> None:
    await make_client_context(party.client.id)
    before = await read_everything()

    answer = await party.authorize(scope="openid nonsense", prompt="none login")

    assert answer_of(answer)["error"] == "invalid_request"
    assert await read_everything() == before


async def test_refreshing_does_not_look_for_contexts(party: Party, session: Session) -> None:
    tokens = await party.tokens()
    context = await make_client_context(party.client.id)

    with counted_statements() as statements:
        refreshed = await party.refresh(tokens["refresh_token"])

    assert refreshed.status_code == 200
    assert [each for each in statements if "contexts_" in each] == []
    assert await applied() == []
    await commit(update_context(SYSTEM, context.id, ContextChanges(is_enabled=False)))
    await give_model(party.client.id)
