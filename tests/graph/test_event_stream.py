"""Subscriptions as server-sent events."""

from __future__ import annotations

import httpx
import pytest

from app.events.service import seal_chain
from app.graph import event_stream, watch
from app.graph.streams import hub
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.sessions.service import begin_session
from tests.events.support import DoorOpened, tell
from tests.graph.live import CSRF, EVENTS, Live, cookies_of, headers_of, shown, until
from tests.graph.test_callers import CHALLENGE, make_token
from tests.support import commit, make_admin

SOME_QUERY = {"query": "{ server { version } }"}


async def test_events_come_as_they_are_sealed(live: Live) -> None:
    admin = await make_admin()
    await commit(seal_chain())
    async with live.events(headers=await headers_of(admin), filter={"action": "door."}) as events:
        response = events.response
        assert (await events.next())["node"] is None
        await tell(DoorOpened(target_id="one"))
        await tell(DoorOpened(target_id="two"))
        await commit(seal_chain())

        assert [shown(await events.next()) for _ in range(2)] == [("door.opened", "one"), ("door.opened", "two")]
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert response.headers["cache-control"] == "no-store, no-transform"
    await until(lambda: watch.count_streams() == 0)


async def test_the_frames_are_those_of_the_protocol(live: Live) -> None:
    with override(graphql_anonymous_budget=0):
        async with live.events("{ server { issuer } }", headers={}) as events:
            read = [await events.read() for _ in range(4)]

    assert read == [
        ("", None),
        ("next", {"data": {"server": {"issuer": "http://localhost:8000"}}, "extensions": {"cost": {"requested": 1}}}),
        ("complete", None),
        ("", None),
    ]


async def test_every_result_tells_what_the_operation_costs(live: Live) -> None:
    async with live.events(headers=await headers_of(await make_admin())) as events:
        await events.read()

        assert (await events.read())[1]["extensions"]["cost"]["requested"] == 2


async def test_a_silent_stream_is_kept_alive(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "KEEP_ALIVE_SECONDS", 0.01)
    async with live.events(headers=await headers_of(await make_admin())) as events:
        await events.next()

        assert [await events.read() for _ in range(3)] == [("", None)] * 3


async def test_a_reader_that_leaves_ends_its_stream(live: Live) -> None:
    async with live.events(headers=await headers_of(await make_admin())) as events:
        await events.next()
        assert watch.count_streams() == 1

    await until(lambda: watch.count_streams() == 0)


async def test_a_stream_is_asked_for_with_proof_like_any_post(live: Live) -> None:
    cookies = await cookies_of(await make_admin())
    foreign = {**cookies, **CSRF, "origin": "https://evil.example"}

    for headers in (cookies, foreign):
        async with live.events(headers=headers) as events:
            answer = await events.response.aread()
        assert (events.response.status_code, b'"CSRF"' in answer) == (403, True)


async def test_a_token_that_is_none_is_refused_before_the_stream(live: Live) -> None:
    async with live.events(headers={"authorization": "Bearer nonsense"}) as events:
        assert events.response.status_code == 401
        assert events.response.headers["www-authenticate"] == f'{CHALLENGE}, error="invalid_token"'


async def test_an_access_token_is_enough(live: Live) -> None:
    admin = await make_admin()
    new = await commit(begin_session(SYSTEM, admin, amr=("pwd",), acr="1", browser_id="a browser"))
    token = await make_token(admin, new.session.id)

    async with live.events(headers={"authorization": f"Bearer {token}"}) as events:
        assert (await events.next())["node"] is None


async def test_what_cannot_run_is_told_by_status(live: Live) -> None:
    for query in (
        "subscription { nonsense }",
        "subscription {",
        "subscription { auditEvents { cursor } auditEvents: server { issuer } }",
        "subscription { a: auditEvents { cursor } b: auditEvents { cursor } }",
        "subscription { auditEvents @skip(if: true) { cursor } }",
        "subscription { __typename }",
    ):
        async with live.events(query, headers={}) as events:
            assert events.response.status_code == 400
            assert events.response.headers["content-type"].startswith("application/graphql-response+json")


async def test_a_costly_subscription_does_not_start(live: Live) -> None:
    many = " ".join(f"a{n}: node {{ actor {{ id }} }}" for n in range(60))
    headers = await headers_of(await make_admin())

    with override(graphql_max_cost=100):
        async with live.events(f"subscription {{ auditEvents {{ {many} }} }}", headers=headers) as events:
            answer = await events.response.aread()

    assert (events.response.status_code, b"graph_cost" in answer) == (400, True)


async def test_a_caller_has_so_many_streams(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MAX_STREAMS", 1)
    headers = await headers_of(await make_admin())
    other = await headers_of(await make_admin("other@example.com"))

    async with live.events(headers=headers) as events:
        await events.next()
        async with live.events(headers=headers) as second:
            assert (second.response.status_code, second.response.headers["retry-after"]) == (429, "10")
        async with live.events(headers=other) as third:
            assert (await third.next())["node"] is None


async def test_a_subscription_needs_a_way_to_come(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/graphql", json={"query": EVENTS})

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["reason"] == "graph_subscription"


async def test_a_query_comes_as_json_when_both_are_taken(browser: httpx.AsyncClient) -> None:
    accept = {"accept": "text/event-stream, application/json;q=0.1"}

    assert (await browser.post("/graphql", json=SOME_QUERY, headers=accept)).json()["extensions"]["cost"][
        "requested"
    ] == 1


async def test_a_subscription_comes_as_events_when_both_are_taken(live: Live) -> None:
    accept = {"accept": "application/graphql-response+json, application/json, text/event-stream"}
    async with live.events(headers={**await headers_of(await make_admin()), **accept}) as events:
        assert (await events.next())["node"] is None


async def test_a_server_that_stops_ends_its_streams(live: Live) -> None:
    async with live.events(headers=await headers_of(await make_admin())) as events:
        await events.next()
        hub.stop()

        assert await events.next() == ("UNAVAILABLE", "graph_restarting")
        assert await events.next() is None
