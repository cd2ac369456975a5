"""Machines, devices and traded tokens under attack: races, outages, forged hosts, secrets in the wrong place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog
from starlette.applications import Starlette

from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.log import configure_logging
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.devices import hidden_fields, make_device
from tests.oidc.machines import ASSERTION_TYPE, Machine, make_machine, make_signer
from tests.oidc.support import sign_in
from tests.support import ISSUER, as_user, commit, make_user
from tests.threats.support import Outage
from tests.threats.test_forged_hosts import FORGED

CLIENT_ENDPOINTS = ("/oauth2/token", "/oauth2/revoke", "/oauth2/introspect", "/oauth2/device_authorization")


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configured)


@pytest.fixture
async def machine(browser: httpx.AsyncClient) -> Machine:
    return await make_machine(browser)


@pytest.mark.parametrize("path", CLIENT_ENDPOINTS)
async def test_rfc6749_2_3_1_nothing_is_read_from_the_query(machine: Machine, path: str) -> None:
    secrets = {
        "client_id": machine.client.id,
        "client_secret": machine.secret or "",
        "grant_type": "client_credentials",
    }

    answer = await machine.browser.post(path, params=secrets, data=secrets)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", CLIENT_ENDPOINTS)
async def test_a_parameter_that_comes_twice_is_refused(machine: Machine, path: str) -> None:
    body = f"client_id={machine.client.id}&client_secret=a&client_secret={machine.secret}&token=x"
    headers = {"content-type": "application/x-www-form-urlencoded"}

    answer = await machine.browser.post(path, content=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", CLIENT_ENDPOINTS)
async def test_ten_megabytes_of_token_are_refused_cheaply(machine: Machine, path: str) -> None:
    answer = await machine.post(path, {"token": "x" * 10_000_000, "grant_type": "client_credentials"})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_rfc8628_3_2_forged_hosts_do_not_change_the_address_that_people_open(
    browser: httpx.AsyncClient,
) -> None:
    device = await make_device(browser)

    form = {"client_id": device.client.id, "scope": "openid"}
    answer = await browser.post("/oauth2/device_authorization", data=form, headers=FORGED)

    assert answer.json()["verification_uri"] == f"{ISSUER}/device"
    assert "evil" not in answer.text


async def test_rfc7523_3_the_audience_is_ours_whatever_the_host_says(browser: httpx.AsyncClient) -> None:
    signer = await make_signer(browser)
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    evil = {**form, "client_assertion": signer.assertion(aud="https://evil.example/oauth2/token")}

    answer = await browser.post("/oauth2/token", data=evil, headers=FORGED)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_while_the_database_is_away_nothing_is_lost_or_called_invalid(
    browser: httpx.AsyncClient, machine: Machine, session: Session, outage: Outage
) -> None:
    signer, device = await make_signer(browser), await make_device(browser)
    token, assertion = await machine.token(), signer.assertion()
    await device.begin()
    await device.let_in()

    async with outage():
        answers = [
            await machine.post("/oauth2/introspect", {"token": token}),
            await signer.prove(assertion),
            await machine.trade(token),
            await device.poll(),
            await device.post("/oauth2/device_authorization", {"scope": "openid"}),
        ]

    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [
        (503, "temporarily_unavailable")
    ] * 5
    assert (await machine.introspect(token))["active"] is True
    assert (await signer.prove(assertion)).status_code == 200
    assert await device.heard() == "tokens"


async def test_yes_and_no_at_once_give_one_answer(browser: httpx.AsyncClient, session: Session) -> None:
    device = await make_device(browser)
    await device.begin()
    path = (await device.type_code()).headers["location"]
    form = hidden_fields((await browser.get(path)).text)

    answers = await asyncio.gather(
        *(browser.post(path, data={**form, "decision": ("allow", "deny")[n % 2]}) for n in range(10))
    )

    assert sorted(answer.status_code for answer in answers) == [303] + [400] * 9
    decided = next(answer for answer in answers if answer.status_code == 303).headers["location"]
    assert await device.heard() == ("tokens" if decided.endswith("allowed") else "access_denied")
    told = await db.fetch_value(
        "SELECT count(*) FROM events_audit WHERE action IN ('oidc.device_allowed', 'oidc.device_refused')"
    )
    assert told == 1


async def test_of_two_people_who_type_a_code_at_once_one_may_decide(
    app: Starlette, browser: httpx.AsyncClient, session: Session
) -> None:
    device = await make_device(browser)
    await device.begin()
    other = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=("127.0.0.9", 50000)), base_url=ISSUER)
    await sign_in(other, await make_user("eve@example.com"))

    async with other:
        await asyncio.gather(device.type_code(), device.type_code(browser=other))
        path = f"/device/{await db.fetch_value('SELECT id FROM oidc_device')}"
        pages = [await each.get(path) for each in (browser, other)]

    assert sorted(page.status_code for page in pages) == [200, 400]


async def test_ending_the_session_during_polls_leaves_no_live_token(
    browser: httpx.AsyncClient, session: Session, user: User
) -> None:
    device = await make_device(browser)
    await device.begin()
    await device.let_in()

    polls = [asyncio.create_task(device.poll()) for _ in range(10)]
    await commit(end_session(as_user(user), session.id))

    for answer in await asyncio.gather(*polls):
        if answer.status_code == 200:
            assert (await device.userinfo(answer.json()["access_token"])).status_code == 401
            assert (await device.refresh(answer.json()["refresh_token"])).status_code == 400


async def test_a_device_of_a_client_that_was_switched_off_gets_nothing(
    browser: httpx.AsyncClient, session: Session
) -> None:
    device = await make_device(browser)
    await device.begin()
    path = (await device.type_code()).headers["location"]
    await commit(update_client(SYSTEM, device.client.id, ClientChanges(is_enabled=False)))

    assert (await browser.get(path)).status_code == 400
    assert (await device.poll()).json()["error"] == "invalid_client"


async def test_codes_assertions_and_tokens_are_not_logged(
    browser: httpx.AsyncClient,
    session: Session,
    capsys: pytest.CaptureFixture[str],
    restored_logging: None,
) -> None:
    configure_logging(level="debug", is_json=True)
    signer, device = await make_signer(browser), await make_device(browser)
    asked = await device.begin()
    await browser.get(asked["verification_uri_complete"])
    await device.let_in()
    tokens = (await device.poll()).json()
    assertion = signer.assertion()
    own = (await signer.prove(assertion)).json()["access_token"]
    await signer.prove(assertion)
    await device.poll()

    lines = capsys.readouterr().err
    values = (
        asked["device_code"], asked["user_code"], asked["user_code"].replace("-", ""), assertion, own,
        tokens["access_token"], tokens["refresh_token"],
    )  # fmt: skip
    assert lines.count("/oauth2/token") >= 4
    assert [value for value in values if value in lines] == []


async def test_what_was_shown_once_is_stored_only_as_a_hash(browser: httpx.AsyncClient, session: Session) -> None:
    device = await make_device(browser)
    asked = await device.begin()
    await device.let_in()
    tokens = (await device.poll()).json()

    names = await db.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    for (name,) in names:
        rows = await db.fetch_value(f'SELECT string_agg(t::text, chr(10)) FROM "{name}" t') or ""
        for secret in (asked["device_code"], asked["user_code"], tokens["access_token"], tokens["refresh_token"]):
            assert secret not in rows, name
