"""How many SQL statements the hot paths cost, BEGIN and COMMIT included."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from app.authz.service.follower import following
from app.sessions.types import Session
from tests.oidc.devices import make_device
from tests.oidc.machines import make_machine, make_signer
from tests.oidc.proving import USERINFO, Prover, bound_tokens, post_proved
from tests.oidc.requesting import follow, pushed_uri
from tests.oidc.support import Party
from tests.support import counted_statements


@pytest.fixture
async def index(database: None) -> AsyncIterator[None]:
    """Tuples in memory, as a server has them: permissions in tokens cost no statement."""
    async with following() as follower:
        await follower.catch_up()
        yield


@pytest.mark.usefixtures("index")
async def test_a_code_is_redeemed_in_five_statements(party: Party, session: Session) -> None:
    await party.tokens()
    code = await party.code()

    with counted_statements() as statements:
        answer = await party.redeem(code)

    assert answer.status_code == 200
    assert len(statements) == 5, statements


@pytest.mark.usefixtures("index")
async def test_a_refresh_takes_four_statements(party: Party, session: Session) -> None:
    token = (await party.tokens())["refresh_token"]

    with counted_statements() as statements:
        answer = await party.refresh(token)

    assert answer.status_code == 200
    assert len(statements) == 4, statements


async def test_userinfo_takes_one_statement(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]
    party.browser.cookies.clear()

    with counted_statements() as statements:
        answer = await party.userinfo(token)

    assert answer.status_code == 200
    assert len(statements) == 1, statements


async def test_an_authorization_by_a_known_user_takes_five_statements(party: Party, session: Session) -> None:
    await party.code()

    with counted_statements() as statements:
        await party.code()

    assert len(statements) == 5, statements


async def test_discovery_and_keys_cost_nothing(party: Party, session: Session) -> None:
    await party.tokens()
    party.browser.cookies.clear()

    with counted_statements() as statements:
        await party.browser.get("/.well-known/openid-configuration")
        await party.browser.get("/oauth2/jwks")

    assert statements == []


@pytest.mark.usefixtures("index")
async def test_a_machine_costs_one_statement_at_most(browser: httpx.AsyncClient) -> None:
    machine, signer, device = await make_machine(browser), await make_signer(browser), await make_device(browser)
    token = await machine.token()
    await signer.prove(signer.assertion())
    await device.begin()

    counts = {}
    for name, call in {
        "client credentials": machine.ask(),
        "private_key_jwt": signer.prove(signer.assertion()),
        "token exchange": machine.trade(token),
        "device poll": device.poll(),
    }.items():
        with counted_statements() as statements:
            await call
        counts[name] = len(statements)

    assert counts == {"client credentials": 0, "private_key_jwt": 1, "token exchange": 1, "device poll": 1}


async def test_a_request_is_pushed_in_two_statements_and_costs_two_more(party: Party, session: Session) -> None:
    await follow(party, await pushed_uri(party))

    with counted_statements() as pushing:
        uri = await pushed_uri(party)
    with counted_statements() as following_it:
        await follow(party, uri)

    assert len(pushing) == 2, pushing
    assert len(following_it) == 7, following_it


@pytest.mark.usefixtures("index")
async def test_a_proof_costs_one_statement_more_and_a_bad_one_none(party: Party, session: Session) -> None:
    prover = Prover()
    token = (await bound_tokens(party, prover))["access_token"]
    party.browser.cookies.clear()
    code_form: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": "x"}

    with counted_statements() as good:
        assert (await party.browser.get(USERINFO, headers=prover.shows(token))).status_code == 200
    with counted_statements() as bad:
        await post_proved(party, prover.proof(nonce=None), code_form)

    assert len(good) == 2, good
    assert [each for each in bad if "oidc_" in each] == []
