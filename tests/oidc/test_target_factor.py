"""A client that wants a second factor of its users wants it also where tokens of others are for it."""

from __future__ import annotations

import httpx
import pytest

from app.authz.service import grant_relation
from app.authz.types import TupleKey
from app.clients.service import update_client
from app.clients.types import CLIENT_CREDENTIALS, TOKEN_EXCHANGE, ClientChanges
from app.kit import db
from app.kit.actor import SYSTEM
from app.sessions.service import find_flow
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.devices import make_device
from tests.oidc.machines import ACCESS_TOKEN_TYPE, USER_ID_TYPE, Machine, make_machine
from tests.oidc.support import Party, answer_of, browser_id, claims_of, make_party, sign_in
from tests.support import ISSUER, commit, make_user

VAULT = "https://vault.example.com"
PLAIN = "https://plain.example.com"
GRANTS = ("authorization_code", "refresh_token", TOKEN_EXCHANGE)


@pytest.fixture
async def vault(browser: httpx.AsyncClient) -> Machine:
    """A resource that wants a second factor."""
    return await make_machine(browser, name="Vault", resource_uris=(VAULT,), require_mfa=True)


@pytest.fixture
async def plain(browser: httpx.AsyncClient) -> Machine:
    return await make_machine(browser, name="Plain", resource_uris=(PLAIN,))


async def make_trader(browser: httpx.AsyncClient, *targets: Machine) -> Machine:
    """An application that users sign in to, and that each target lets exchange tokens."""
    party = await make_party(browser, grant_types=GRANTS, scopes=("openid", "offline_access", "auther:api"))
    for target in targets:
        changes = ClientChanges(token_exchange_clients=(party.client.id,))
        await commit(update_client(SYSTEM, target.client.id, changes))
    return Machine(party.client, party.secret, browser)


async def test_who_proved_one_factor_is_asked_for_the_second_one(
    browser: httpx.AsyncClient, party: Party, session: Session, vault: Machine
) -> None:
    answer = await party.authorize(resource=VAULT)

    flow = await find_flow(answer.headers["location"].partition("?flow=")[2], browser_id(browser))
    assert flow is not None
    assert flow.requires_mfa
    silent = answer_of(await party.authorize(resource=VAULT, prompt="none"))
    assert silent["error"] == "login_required"
    assert "code" in answer_of(await party.authorize())
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 1


async def test_who_proved_two_factors_gets_a_token_for_it(
    browser: httpx.AsyncClient, user: User, party: Party, vault: Machine
) -> None:
    await sign_in(browser, user, amr=("pwd", "otp"), acr="mfa")

    tokens = await party.tokens(resource=VAULT)

    assert claims_of(tokens["access_token"])["aud"] == [ISSUER, VAULT, vault.client.id]


async def test_what_was_granted_before_the_rule_gives_no_token_for_it(
    browser: httpx.AsyncClient, session: Session, party: Party, plain: Machine
) -> None:
    code, tokens = await party.code(resource=PLAIN), await party.tokens(resource=PLAIN)
    await commit(update_client(SYSTEM, plain.client.id, ClientChanges(require_mfa=True)))

    for answer in (
        await party.redeem(code),
        await party.redeem(code, resource=PLAIN),
        await party.refresh(tokens["refresh_token"]),
        await party.refresh(tokens["refresh_token"], resource=PLAIN),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")
    assert (await party.refresh(tokens["refresh_token"], resource=ISSUER)).status_code == 200


@pytest.mark.parametrize("name", ["resource", "audience"])
async def test_a_token_of_one_factor_is_not_exchanged_for_it(
    browser: httpx.AsyncClient, user: User, vault: Machine, name: str
) -> None:
    trader, form = await make_trader(browser, vault), {name: VAULT if name == "resource" else vault.client.id}
    await sign_in(browser, user)
    weak = (await trader.tokens())["access_token"]
    await sign_in(browser, user, amr=("pwd", "otp"), acr="mfa")
    strong = (await trader.tokens())["access_token"]

    refused = await trader.trade(weak, **form)
    allowed = await trader.trade(strong, **form)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    assert allowed.status_code == 200, allowed.text
    assert (await trader.trade(weak)).status_code == 200


async def test_who_exchanges_may_want_a_second_factor_itself(browser: httpx.AsyncClient, session: Session) -> None:
    strict = await make_machine(browser, name="Strict", require_mfa=True)
    party = await make_party(browser, allowed_audiences=(strict.client.id,))
    token = (await party.tokens())["access_token"]

    answer = await strict.trade(token)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")


async def test_an_operator_of_one_factor_acts_as_nobody_there(
    browser: httpx.AsyncClient, session: Session, user: User, vault: Machine
) -> None:
    trader = await make_trader(browser, vault)
    await commit(grant_relation(SYSTEM, TupleKey("users", "*", "admin", "user", user.id)))
    shown = {"actor_token": (await trader.tokens(scope="openid auther:api"))["access_token"]}
    shown |= {"actor_token_type": ACCESS_TOKEN_TYPE, "subject_token_type": USER_ID_TYPE}
    other = await make_user("other@example.com")

    refused = await trader.trade(other.id, audience=vault.client.id, **shown)
    elsewhere = await trader.trade(other.id, **shown)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    assert elsewhere.status_code == 200
    assert await db.fetch_value("SELECT count(*) FROM events_audit WHERE action = 'user.impersonated'") == 1


async def test_a_machine_is_no_person_with_factors(browser: httpx.AsyncClient, vault: Machine) -> None:
    machine = await make_machine(
        browser, allowed_audiences=(vault.client.id,), grant_types=(CLIENT_CREDENTIALS, TOKEN_EXCHANGE)
    )
    await commit(update_client(SYSTEM, vault.client.id, ClientChanges(token_exchange_clients=(machine.client.id,))))

    given = await machine.ask(resource=VAULT)
    traded = await machine.trade(await machine.token(), resource=VAULT)

    assert (given.status_code, traded.status_code) == (200, 200)


async def test_a_device_that_wants_it_is_let_in_with_a_second_factor_only(
    browser: httpx.AsyncClient, session: Session, vault: Machine
) -> None:
    device = await make_device(browser)
    await device.begin(resource=VAULT)

    question = await browser.get((await device.type_code()).headers["location"])

    assert question.status_code == 303
    flow = await find_flow(question.headers["location"].partition("?flow=")[2], browser_id(browser))
    assert flow is not None
    assert flow.requires_mfa
