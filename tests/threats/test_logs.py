"""What the log says about a whole life of an account: nothing that opens anything, nobody's name."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from app.kit.log import configure_logging
from app.kit.runtime import override
from tests.login.support import OTHER_PASSWORD, PASSWORD, Visitor, link_in, read_mails
from tests.oidc.support import Party, make_party

EMAIL = "grace.hopper@navy.example"
WRONG = "not quite the password 5"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configured)


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "console"])
async def test_no_secret_and_no_address_is_logged(
    visitor: Visitor, capsys: pytest.CaptureFixture[str], is_json: bool
) -> None:
    configure_logging(level="debug", is_json=is_json)

    with override(signup_policy="open"):
        secrets = [*await _sign_up(visitor), *await _sign_in(visitor)]
    party = await make_party(visitor.client)
    secrets += [*await _use_an_application(party), *await _reset(visitor)]

    lines = capsys.readouterr().err
    assert lines.count("/oauth2/token") >= 4
    assert [secret for secret in (*secrets, EMAIL, PASSWORD, OTHER_PASSWORD, WRONG) if secret in lines] == []


async def _sign_up(visitor: Visitor) -> list[str]:
    form = await visitor.get("/signup")
    await visitor.submit(form, "signup-form", email=EMAIL, name="Grace", password=PASSWORD)
    link = link_in((await read_mails())[0])
    await visitor.submit(await visitor.get(link), "confirm-form")
    await visitor.get(link)
    return [link.partition("token=")[2]]


async def _sign_in(visitor: Visitor) -> list[str]:
    await visitor.sign_in(EMAIL, WRONG)
    await visitor.sign_in(EMAIL)
    await visitor.get(f"/signin?password={WRONG}&email={EMAIL}")
    await visitor.get(f"/{visitor.session_token}")
    return [visitor.session_token or "", visitor.client.cookies["auther_browser"]]


async def _use_an_application(party: Party) -> list[str]:
    code = await party.code()
    tokens = (await party.redeem(code)).json()
    await party.redeem(code)
    await party.redeem("acd_" + "A1" * 21 + "x")
    await party.refresh(tokens["refresh_token"])
    await party.userinfo(tokens["access_token"])
    await party.browser.get(f"/oauth2/userinfo/{tokens['access_token']}")
    await party.post("/oauth2/revoke", {"token": tokens["access_token"]})
    await party.post("/oauth2/token", {"client_secret": party.secret}, auth=(party.client.id, "asec_" + "B2" * 21))
    values = [code, party.secret, *(tokens[name] for name in ("access_token", "refresh_token", "id_token"))]
    return [str(value) for value in values]


async def _reset(visitor: Visitor) -> list[str]:
    await visitor.submit(await visitor.get("/password/forgot"), "forgot-form", identifier=EMAIL)
    link = link_in((await read_mails())[0])
    await visitor.submit(await visitor.get(link), "choose-form", password=OTHER_PASSWORD)
    return [link.partition("token=")[2]]


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "console"])
async def test_nothing_that_a_caller_sends_begins_a_line(
    visitor: Visitor, capsys: pytest.CaptureFixture[str], is_json: bool
) -> None:
    configure_logging(level="debug", is_json=is_json)
    forged = "2026-01-01T00:00:00Z info forged"

    await visitor.client.get(f"/x%0d%0a{forged}")
    await visitor.client.get(f"/x%E2%80%A8{forged}%1b[2J")

    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert not [line for line in lines if line.startswith(forged)]
    assert not any(character in line for line in lines for character in "\x1b\u2028\r")
