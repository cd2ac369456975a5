"""HEAD changes nothing (RFC 9110 §9.2.1): where GET changes something, it is not offered."""

from __future__ import annotations

import httpx
import pytest

from app.sessions.types import Session
from tests.oidc.devices import make_device
from tests.oidc.support import Party
from tests.support import read_everything


@pytest.fixture
async def paths(browser: httpx.AsyncClient, party: Party, session: Session) -> list[str]:
    """Where a GET would give a code, begin a sign-in, or end the session."""
    device = await make_device(browser, require_mfa=True)
    await device.begin()
    question = (await device.type_code()).headers["location"]
    hint = (await party.tokens())["id_token"]
    waiting = await party.authorize(prompt="consent")
    resumed = waiting.headers["location"].replace("/oauth2/consent/", "/oauth2/authorize/")
    asked = httpx.QueryParams(party.params())
    return [f"/oauth2/authorize?{asked}", resumed, f"/oauth2/logout?id_token_hint={hint}", question]


async def test_rfc9110_9_2_1_a_head_is_refused_and_changes_nothing(
    browser: httpx.AsyncClient, paths: list[str]
) -> None:
    before = await read_everything()

    answers = [await browser.head(path) for path in paths]

    assert [(answer.status_code, answer.headers["allow"]) for answer in answers] == [(405, "GET")] * 4
    assert await read_everything() == before


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/oauth2/jwks", "/device"])
async def test_documents_and_forms_answer_a_head(browser: httpx.AsyncClient, session: Session, path: str) -> None:
    answer = await browser.head(path)

    assert (answer.status_code, answer.content) == (200, b"")
