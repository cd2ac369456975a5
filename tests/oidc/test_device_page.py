"""A person types the code of a device, and decides (RFC 8628 §3.3, §5.1, §5.4)."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from app.kit import clock, db
from app.kit.limits import count_hit
from app.oidc.device.approval import PER_ACCOUNT, PER_ADDRESS
from app.oidc.device.codes import ALPHABET, make_user_code, read_user_code, show_user_code
from app.sessions.types import Session
from tests.oidc.devices import Device, hidden_fields, make_device
from tests.oidc.registering import describe_itself
from tests.oidc.support import sign_in
from tests.support import ISSUER, make_user


@pytest.fixture
async def device(browser: httpx.AsyncClient) -> Device:
    return await make_device(browser, is_first_party=False)


async def other_browser(app: Starlette, email: str) -> httpx.AsyncClient:
    """Somebody else's browser, signed in."""
    other = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=("127.0.0.9", 50000)), base_url=ISSUER)
    await sign_in(other, await make_user(email))
    return other


def test_rfc8628_6_1_codes_are_hard_to_mistake() -> None:
    assert not set(ALPHABET) & set("AEIOUY0123456789")
    code = make_user_code()
    shown = show_user_code(code)
    for typed in (code, shown, shown.lower(), f" {shown[:4]} {shown[5:]} ", shown.replace("-", "–"), f"{shown}\n"):
        assert read_user_code(typed) == code
    for typed in ("", "BCDF", "BCDF-GHJA", "BCDF-GHJK-L", "0CDF-GHJK", "BCDF-GHJK" * 100):
        assert read_user_code(typed) is None


async def test_whoever_is_not_signed_in_does_that_first_and_comes_back(device: Device) -> None:
    asked = await device.begin()

    complete = asked["verification_uri_complete"].removeprefix(ISSUER)
    answer = await device.browser.get(complete)
    evil = await device.browser.get("/device?user_code=https://evil.example")

    target = f"/signin?next=%2Fdevice%3Fuser_code%3D{asked['user_code']}"
    assert (answer.status_code, answer.headers["location"]) == (303, target)
    assert evil.headers["location"] == "/signin?next=%2Fdevice"


async def test_rfc8628_3_3_1_the_complete_address_only_fills_in_the_code(device: Device, session: Session) -> None:
    asked = await device.begin()

    page = await device.browser.get(asked["verification_uri_complete"].removeprefix(ISSUER))

    assert page.status_code == 200
    assert f'value="{asked["user_code"]}"' in page.text
    assert device.client.name not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert await device.heard() == "authorization_pending"


async def test_rfc8628_5_4_the_question_names_client_scopes_account_and_danger(
    device: Device, session: Session
) -> None:
    await device.begin()

    typed = await device.type_code()
    page = await device.browser.get(typed.headers["location"])

    assert (typed.status_code, page.status_code) == (303, 200)
    for shown in ("Television", "ada@example.com", 'data-scope="profile"', "127.0.0.1", "somebody sent you the code"):
        assert shown in page.text
    assert await device.heard() == "authorization_pending"


async def test_the_page_speaks_german(device: Device, session: Session) -> None:
    await device.begin()
    typed = await device.type_code()

    page = await device.browser.get(typed.headers["location"], headers={"accept-language": "de"})

    assert "<h1>Dieses Gerät anmelden?</h1>" in page.text
    assert page.headers["content-language"] == "de"


async def test_letting_in_is_remembered_as_consent_and_told(device: Device, session: Session) -> None:
    await device.begin()
    await device.let_in()

    consent = await db.fetch_value("SELECT scope FROM oidc_consent WHERE user_id = $1", session.user_id)
    assert set(consent.split()) == {"offline_access", "openid", "profile"}
    row = await db.fetch_row(
        "SELECT target_id, actor_id, about_user_id, outcome FROM events_audit WHERE action = 'oidc.device_allowed'"
    )
    assert row is not None
    assert tuple(row) == (device.client.id, session.user_id, session.user_id, "success")


async def test_markup_in_what_was_typed_is_escaped(device: Device, session: Session) -> None:
    answer = await device.type_code('"><script>alert(1)</script>')

    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert 'role="alert"' in answer.text


async def test_rfc8628_5_1_guessing_is_locked_for_the_account(device: Device, session: Session) -> None:
    with clock.frozen() as now:
        await device.begin()
        for _ in range(PER_ACCOUNT.hits):
            assert (await device.type_code("BCDF-GHJK")).status_code == 400

        locked = await device.type_code()
        assert locked.status_code == 429
        assert int(locked.headers["retry-after"]) > 0
        assert await db.fetch_value("SELECT entered_by FROM oidc_device") is None
        rows = await db.fetch("SELECT outcome FROM events_audit WHERE outcome = 'denied'")
        assert len(rows) >= 1

        now.advance(PER_ACCOUNT.window)
        await device.begin()
        assert (await device.type_code()).status_code == 303


async def test_rfc8628_5_1_guessing_is_locked_for_the_address(device: Device, session: Session) -> None:
    with clock.frozen():
        await device.begin()
        await count_hit(PER_ADDRESS, "127.0.0.1", cost=PER_ADDRESS.hits)

        assert (await device.type_code()).status_code == 429


async def test_right_codes_do_not_count_as_guesses(device: Device, session: Session) -> None:
    await device.begin()

    for _ in range(PER_ACCOUNT.hits + 2):
        assert (await device.type_code()).status_code == 303


async def test_a_session_that_did_not_type_the_code_cannot_decide(
    app: Starlette, device: Device, session: Session
) -> None:
    await device.begin()
    path = (await device.type_code()).headers["location"]
    async with await other_browser(app, "eve@example.com") as eve:
        page = await eve.get(path)
        posted = await eve.post(path, data={"decision": "allow"})
        form = hidden_fields((await eve.get("/device")).text)
        forged = await eve.post(path, data={**form, "user": session.user_id, "decision": "allow"})

    assert page.status_code == 400
    assert "does not wait for you" in page.text
    assert (posted.status_code, forged.status_code) == (403, 403)
    assert await device.heard() == "authorization_pending"
    assert await db.fetch_value("SELECT is_allowed FROM oidc_device") is None


async def test_whoever_types_the_code_later_takes_over(app: Starlette, device: Device, session: Session) -> None:
    await device.begin()
    path = (await device.type_code()).headers["location"]
    question = await device.browser.get(path)
    async with await other_browser(app, "eve@example.com") as eve:
        assert (await device.type_code(browser=eve)).headers["location"] == path
        former = await device.browser.post(path, data={**hidden_fields(question.text), "decision": "allow"})
        assert former.status_code == 400
        assert (await device.decide(path, "allow", browser=eve)).status_code == 303

    tokens = (await device.poll()).json()
    assert (await device.userinfo(tokens["access_token"])).json()["sub"] != session.user_id


async def test_a_decision_is_made_once(device: Device, session: Session) -> None:
    await device.begin()
    path = (await device.type_code()).headers["location"]
    question = hidden_fields((await device.browser.get(path)).text)

    first = await device.browser.post(path, data={**question, "decision": "deny"})
    second = await device.browser.post(path, data={**question, "decision": "allow"})

    assert (first.status_code, second.status_code) == (303, 400)
    assert (await device.type_code()).status_code == 400
    assert await device.heard() == "access_denied"


async def test_a_decision_by_a_user_who_changed_meanwhile_is_none(device: Device, session: Session) -> None:
    await device.begin()
    path = (await device.type_code()).headers["location"]
    question = hidden_fields((await device.browser.get(path)).text)
    await sign_in(device.browser, await make_user("other@example.com"), replaces=session.id)

    answer = await device.browser.post(path, data={**question, "decision": "allow"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/device")
    assert await device.heard() == "authorization_pending"


async def test_posts_from_elsewhere_are_refused(device: Device, session: Session) -> None:
    asked = await device.begin()

    answer = await device.browser.post("/device", data={"user_code": asked["user_code"]})

    assert answer.status_code == 403
    assert await db.fetch_value("SELECT entered_by FROM oidc_device") is None


@pytest.mark.parametrize(("decision", "title"), [("allowed", "is signed in"), ("<b>", "was not let in")])
async def test_the_last_page_says_what_was_decided(browser: httpx.AsyncClient, decision: str, title: str) -> None:
    page = await browser.get("/device/done", params={"decision": decision})

    assert page.status_code == 200
    assert title in page.text


async def test_the_page_says_that_an_application_registered_itself(device: Device, session: Session) -> None:
    async def question() -> str:
        await device.begin()
        return (await device.browser.get((await device.type_code()).headers["location"])).text

    assert "registered itself" not in await question()
    await describe_itself(device.client.id)
    assert "This application registered itself. Nobody here knows it." in await question()
