"""`/metrics`: who gets it, and who does not even hear that it is there."""

from __future__ import annotations

import httpx
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette

from app.kit.runtime import override
from app.metrics.rest import build_port_app
from tests.metrics.support import TOKEN, scrape
from tests.support import make_settings

BEARER = f"Bearer {TOKEN}"


async def test_without_a_setting_there_is_nothing(app: Starlette) -> None:
    for headers in ({}, {"authorization": BEARER}):
        answer = await scrape(app, **headers)
        assert (answer.status_code, answer.json()["error"]) == (404, "kit_not_found")


async def test_with_a_port_of_its_own_the_main_one_has_nothing(app: Starlette) -> None:
    with override(metrics_port=9_100):
        assert (await scrape(app)).status_code == 404


async def test_the_token_opens(app: Starlette) -> None:
    with override(metrics_token=TOKEN):
        answer = await scrape(app, authorization=BEARER)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "# TYPE authz_check_duration_ms histogram\n" in answer.text
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    "given", [f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ", "Bearer", TOKEN, f"Basic {TOKEN}", "Bearer é"]
)
async def test_another_token_does_not(app: Starlette, given: str) -> None:
    with override(metrics_token=TOKEN):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8000") as client:
            answer = await client.get("/metrics", headers=[(b"authorization", given.encode())])

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="metrics", error="invalid_token"'
    assert "authz" not in answer.text


async def test_who_brings_no_token_is_asked_for_one(app: Starlette) -> None:
    with override(metrics_token=TOKEN):
        answer = await scrape(app)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="metrics"')


async def test_only_reading_is_possible(app: Starlette) -> None:
    with override(metrics_token=TOKEN):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8000") as client:
            answer = await client.post("/metrics", headers={"authorization": BEARER})

    assert answer.status_code == 405


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least 32 bytes"):
        make_settings(metrics_token="x" * 31)


async def test_the_port_serves_metrics_and_nothing_else() -> None:
    served = build_port_app(make_settings(metrics_port=9_100))

    assert (await scrape(served)).status_code == 200
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://localhost:9100") as client:
        for path in ("/", "/livez", "/graphql", "/oauth2/token", "/metrics/x"):
            assert (await client.get(path)).status_code == 404


async def test_the_port_asks_for_the_token_too_if_one_is_set() -> None:
    served = build_port_app(make_settings(metrics_port=9_100, metrics_token=TOKEN))

    assert (await scrape(served)).status_code == 401
    assert (await scrape(served, authorization=BEARER)).status_code == 200
