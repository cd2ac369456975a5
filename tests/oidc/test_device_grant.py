"""A device asks, waits and gets its tokens (RFC 8628 §3.1 to §3.5)."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from app.clients.types import ClientKind
from app.kit import clock, db
from app.kit.limits import count_hit
from app.oidc.device.authorization import PER_ADDRESS
from app.oidc.service import sweep, withdraw_consent
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.service import ban_user
from app.users.types import User
from tests.oidc.devices import GRANT, Device, make_device
from tests.oidc.machines import make_machine
from tests.oidc.support import Party, claims_of, make_party
from tests.support import ISSUER, as_user, commit, deciding

INTERVAL = timedelta(seconds=5)


@pytest.fixture
async def device(browser: httpx.AsyncClient) -> Device:
    return await make_device(browser)


async def test_rfc8628_3_2_the_device_gets_two_codes(device: Device) -> None:
    answer = await device.post("/oauth2/device_authorization", {"scope": "openid"})

    body = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert set(body) == {
        "device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval",
    }  # fmt: skip
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", body["user_code"])
    assert body["verification_uri"] == f"{ISSUER}/device"
    assert body["verification_uri_complete"] == f"{ISSUER}/device?user_code={body['user_code']}"
    assert (body["expires_in"], body["interval"]) == (600, 5)
    stored = repr([tuple(row) for row in await db.fetch("SELECT * FROM oidc_device")])
    assert body["device_code"] not in stored
    assert body["user_code"].replace("-", "") not in stored


async def test_rfc8628_3_1_requests_that_mean_nothing_are_refused(
    browser: httpx.AsyncClient, device: Device, party: Party
) -> None:
    unregistered = await party.post("/oauth2/device_authorization", {"scope": "openid"})
    other_scope = await device.post("/oauth2/device_authorization", {"scope": "admin"})
    nobody = await browser.post("/oauth2/device_authorization", data={"client_id": "nobody"})

    assert (unregistered.status_code, unregistered.json()["error"]) == (400, "unauthorized_client")
    assert (other_scope.status_code, other_scope.json()["error"]) == (400, "invalid_scope")
    assert (nobody.status_code, nobody.json()["error"]) == (401, "invalid_client")
    assert await db.fetch_value("SELECT count(*) FROM oidc_device") == 0


async def test_an_address_cannot_fill_the_table(device: Device) -> None:
    with clock.frozen():
        await count_hit(PER_ADDRESS, "127.0.0.1", cost=PER_ADDRESS.hits)

        answer = await device.post("/oauth2/device_authorization", {"scope": "openid"})

    assert (answer.status_code, answer.json()["error"]) == (429, "temporarily_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert await db.fetch_value("SELECT count(*) FROM oidc_device") == 0


async def test_rfc8628_3_5_the_device_waits_until_it_is_let_in(device: Device, session: Session) -> None:
    with clock.frozen() as now:
        await device.begin()
        assert await device.heard() == "authorization_pending"
        now.advance(INTERVAL)
        assert await device.heard() == "authorization_pending"

        await device.let_in()
        answer = await device.poll()

    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    claims = claims_of(body["access_token"])
    assert (claims["sub"], claims["sid"]) == (session.user_id, session.id)
    assert (claims["client_id"], body["scope"]) == (device.client.id, "openid profile offline_access")
    assert claims_of(body["id_token"])["aud"] == device.client.id
    assert (await device.userinfo(body["access_token"])).status_code == 200
    assert (await device.refresh(body["refresh_token"])).status_code == 200


async def test_rfc8628_3_5_who_polls_too_soon_waits_longer_each_time(device: Device) -> None:
    with clock.frozen() as now:
        await device.begin()
        assert await device.heard() == "authorization_pending"
        now.advance(timedelta(seconds=2))
        assert await device.heard() == "slow_down"  # from now on ten seconds
        now.advance(timedelta(seconds=6))
        assert await device.heard() == "slow_down"  # fifteen
        now.advance(timedelta(seconds=12))
        assert await device.heard() == "slow_down"  # twenty
        now.advance(timedelta(seconds=20))
        assert await device.heard() == "authorization_pending"

    assert await db.fetch_value("SELECT interval_seconds FROM oidc_device") == 20


async def test_a_poll_that_comes_with_the_networks_delay_is_not_too_soon(device: Device) -> None:
    with clock.frozen() as now:
        await device.begin()
        await device.poll()
        now.advance(timedelta(seconds=4.6))

        assert await device.heard() == "authorization_pending"


async def test_polls_at_the_same_time_count_as_too_soon(device: Device) -> None:
    with clock.frozen():
        await device.begin()

        heard = await asyncio.gather(*(device.heard() for _ in range(10)))

    assert sorted(heard) == ["authorization_pending"] + ["slow_down"] * 9


async def test_of_a_hundred_polls_exactly_one_gets_tokens(device: Device, session: Session) -> None:
    await device.begin()
    await device.let_in()

    answers = await asyncio.gather(*(device.poll() for _ in range(100)))

    bodies = [answer.json() for answer in answers]
    assert sum("access_token" in body for body in bodies) == 1
    assert [body["error"] for body in bodies if "error" in body] == ["invalid_grant"] * 99
    assert await db.fetch_value("SELECT count(*) FROM oidc_grant") == 1


async def test_rfc8628_3_5_a_device_that_was_turned_away_hears_so(device: Device, session: Session) -> None:
    await device.begin()
    typed = await device.type_code()

    answer = await device.decide(typed.headers["location"], "deny")

    assert answer.headers["location"] == "/device/done?decision=refused"
    assert await device.heard() == "access_denied"
    assert await db.fetch_value("SELECT count(*) FROM oidc_consent") == 0
    row = await db.fetch_row("SELECT outcome, about_user_id FROM events_audit WHERE action = 'oidc.device_refused'")
    assert row is not None
    assert tuple(row) == ("denied", session.user_id)


async def test_rfc8628_3_5_codes_end_after_ten_minutes(device: Device, session: Session) -> None:
    with clock.frozen() as now:
        await device.begin()
        now.advance(timedelta(minutes=10))

        assert await device.heard() == "expired_token"
        assert (await device.type_code()).status_code == 400


async def test_what_was_allowed_ends_after_ten_minutes_too(device: Device, session: Session) -> None:
    with clock.frozen() as now:
        await device.begin()
        await device.let_in()
        now.advance(timedelta(minutes=10))

        assert await device.heard() == "expired_token"


async def test_a_device_code_of_another_client_or_of_nobody_is_refused(
    browser: httpx.AsyncClient, device: Device, session: Session
) -> None:
    other = await make_device(browser)
    other.asked = await device.begin()
    await device.let_in()

    assert await other.heard() == "invalid_grant"
    assert (await device.poll(device_code="adc_made-up")).json()["error"] == "invalid_grant"
    assert (await device.poll(device_code=None)).json()["error"] == "invalid_request"
    assert await device.heard() == "tokens"
    assert await device.heard() == "invalid_grant"


async def test_a_ban_or_the_end_of_the_session_before_the_poll_gives_nothing(
    browser: httpx.AsyncClient, device: Device, session: Session, user: User
) -> None:
    second = await make_device(browser)
    for each in (device, second):
        await each.begin()
        await each.let_in()

    await commit(end_session(as_user(user), session.id))
    assert await device.heard() == "invalid_grant"
    with deciding(usr_operator={"users.ban"}):
        await commit(ban_user(as_user("usr_operator"), user.id, reason="test"))
    assert await second.heard() == "invalid_grant"
    assert await db.fetch_value("SELECT count(*) FROM oidc_grant") == 0


async def test_a_consent_taken_back_before_the_poll_gives_nothing(device: Device, session: Session, user: User) -> None:
    await device.begin()
    await device.let_in()

    await commit(withdraw_consent(as_user(user), user.id, device.client.id))

    assert await device.heard() == "invalid_grant"


async def test_the_grant_ends_with_the_session_that_gave_it(device: Device, session: Session, user: User) -> None:
    await device.begin()
    await device.let_in()
    tokens = (await device.poll()).json()

    await commit(end_session(as_user(user), session.id))

    assert (await device.userinfo(tokens["access_token"])).status_code == 401
    assert (await device.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_confidential_client_proves_itself_at_both_endpoints(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, kind=ClientKind.WEB, grant_types=("authorization_code", GRANT))
    device = Device(party.client, party.secret, browser)
    await device.begin(scope="openid")
    await device.let_in()

    bare = await device.post("/oauth2/token", {"grant_type": GRANT, "client_id": party.client.id}, headers={})

    assert bare.json()["error"] == "invalid_client"
    assert await device.heard() == "tokens"


async def test_waiting_leaves_no_row_in_the_audit_trail(device: Device) -> None:
    await device.begin()
    before = await db.fetch_value("SELECT count(*) FROM events_audit")

    await device.poll()
    await device.poll()

    assert await db.fetch_value("SELECT count(*) FROM events_audit") == before


async def test_old_devices_are_swept(device: Device, session: Session) -> None:
    with clock.frozen() as now:
        await device.begin()
        now.advance(timedelta(minutes=30))
        await commit(sweep())
        assert await db.fetch_value("SELECT count(*) FROM oidc_device") == 1

        now.advance(timedelta(hours=1))
        await commit(sweep())

    assert await db.fetch_value("SELECT count(*) FROM oidc_device") == 0


async def test_a_client_without_the_grant_type_cannot_poll(browser: httpx.AsyncClient) -> None:
    machine = await make_machine(browser)

    answer = await machine.post("/oauth2/token", {"grant_type": GRANT, "device_code": "adc_x"})

    assert answer.json()["error"] == "unauthorized_client"
