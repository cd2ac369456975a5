"""What anybody may ask for without end is counted by address."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from app.kit import clock, db
from app.kit.limits import RateLimit
from app.kit.runtime import override
from app.oidc.authorize import interactions
from app.sessions.types import Session
from tests.oidc.support import Party, answer_of
from tests.support import ISSUER

HTML = {"accept": "text/html"}


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    few = RateLimit("oidc.authorize_address", hits=3, window=interactions.PER_ADDRESS.window)
    monkeypatch.setattr(interactions, "PER_ADDRESS", few)


async def count_waiting() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM oidc_interaction"))


async def test_requests_to_authorize_that_wait_are_counted_by_address(party: Party, app: Starlette) -> None:
    with clock.frozen():
        for _ in range(3):
            assert (await party.authorize()).headers["location"].startswith("/signin?flow=")
        refused = await party.authorize()
        transport = httpx.ASGITransport(app, client=("203.0.113.99", 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as elsewhere:
            other = await elsewhere.get("/oauth2/authorize", params=party.params())

    assert refused.status_code == 429
    assert refused.headers["content-type"].startswith("text/html")
    assert 1 <= int(refused.headers["retry-after"]) <= 600
    assert "location" not in refused.headers
    assert other.status_code == 303
    assert await count_waiting() == 4


async def test_going_on_with_a_waiting_request_is_counted_too(party: Party) -> None:
    with clock.frozen():
        waiting = await party.authorize()
        row = await db.fetch_value("SELECT id FROM oidc_interaction")
        answers = [(await party.browser.get(f"/oauth2/authorize/{row}")).status_code for _ in range(3)]

    assert waiting.status_code == 303
    assert answers == [303, 303, 429]
    assert await db.fetch_value("SELECT count(*) FROM sessions_flow") == 3


async def test_who_is_signed_in_is_not_counted(party: Party, session: Session) -> None:
    with clock.frozen():
        for _ in range(5):
            assert "code" in answer_of(await party.authorize())


async def test_silent_requests_leave_nothing_and_are_not_counted(party: Party) -> None:
    with clock.frozen():
        for _ in range(5):
            assert answer_of(await party.authorize(prompt="none"))["error"] == "login_required"

    assert await count_waiting() == 0


async def test_an_address_in_a_header_of_a_stranger_does_not_count(party: Party) -> None:
    with clock.frozen():
        answers = [
            await party.browser.get(
                "/oauth2/authorize", params=party.params(), headers={"x-forwarded-for": f"198.51.100.{number}"}
            )
            for number in range(4)
        ]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]


async def test_an_address_that_a_trusted_proxy_names_counts(party: Party) -> None:
    with clock.frozen(), override(trusted_proxies="127.0.0.0/8"):
        answers = [
            await party.browser.get(
                "/oauth2/authorize", params=party.params(), headers={"x-forwarded-for": f"198.51.100.{number}"}
            )
            for number in range(4)
        ]

    assert [answer.status_code for answer in answers] == [303] * 4
