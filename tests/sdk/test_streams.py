"""Subscriptions: events as they come, and how a stream goes on after an interruption."""

from __future__ import annotations

import httpx
import pytest

from auther_client import Calls, ConnectionFailed, Forbidden, Operations, Unavailable, UnexpectedAnswer
from auther_client.calls import STREAM_ATTEMPTS
from auther_client.generated.inputs import CheckInput, EntityInput
from tests.sdk.support import Server, events, refusal

CHECK = CheckInput(action="read", entity=EntityInput(type="document", id="1"))


def place(cursor: str) -> dict[str, object]:
    return {"data": {"auditEvents": {"cursor": cursor, "node": None}}}


def restarting() -> dict[str, object]:
    error = {"message": "Soon.", "extensions": {"code": "UNAVAILABLE", "retryAfterSeconds": 1}}
    return {"data": None, "errors": [error]}


def api(server: Server) -> Operations:
    return Operations(Calls(server.open(), sleep=server.sleep))


async def cursors(server: Server, *, after: str | None = None) -> list[str]:
    return [each.cursor async for each in api(server).audit_events_stream(after=after)]


async def test_items_come_until_the_server_ends_the_stream() -> None:
    server = Server(events(place("1"), place("2")))

    assert await cursors(server) == ["1", "2"]
    assert server.requests[0].headers["accept"].startswith("text/event-stream")


async def test_a_stream_that_breaks_goes_on_from_the_last_cursor() -> None:
    server = Server(events(place("1"), place("2"), is_complete=False), events(place("3")))

    assert await cursors(server, after="0") == ["1", "2", "3"]
    assert [server.sent(number)["variables"]["after"] for number in (0, 1)] == ["0", "2"]
    assert server.waited == [0.5]


async def test_a_server_that_restarts_says_when_to_come_back() -> None:
    server = Server(events(place("1"), restarting()), events(place("2")))

    assert await cursors(server) == ["1", "2"]
    assert server.waited == [1.0]


async def test_half_an_event_is_none() -> None:
    server = Server(events(place("1"), place("2"), is_complete=False, cut=lambda text: text[:-9]), events(place("2")))

    assert await cursors(server) == ["1", "2"]


async def test_a_line_separator_within_a_text_ends_no_line() -> None:
    body = {"data": {"checkChanged": {
        "allowed": False, "decision": "UNDECIDED", "source": "SQL", "checkedAt": "1",
        "problem": {"code": "c", "message": "one\u2028two", "field": []},
    }}}  # fmt: skip
    text = events(body).content.replace(b"\\u2028", "\u2028".encode())
    answer = httpx.Response(200, content=text, headers={"content-type": "text/event-stream"})

    found = [each async for each in api(Server(answer)).check_changed(CHECK)]

    assert [each.problem.message for each in found if each.problem] == ["one\u2028two"]


async def test_a_refused_stream_is_not_tried_again() -> None:
    server = Server(refusal("FORBIDDEN"))

    with pytest.raises(Forbidden):
        await cursors(server)
    assert len(server.requests) == 1


async def test_a_server_that_stays_away_is_given_up() -> None:
    server = Server(*[httpx.ConnectError("refused")] * STREAM_ATTEMPTS)

    with pytest.raises(ConnectionFailed):
        await cursors(server)
    assert server.waited == [0.5, 1, 2, 4, 8, 16, 20]


async def test_a_server_that_is_never_ready_is_given_up() -> None:
    server = Server(*[events(restarting())] * STREAM_ATTEMPTS)

    with pytest.raises(Unavailable):
        await cursors(server)


@pytest.mark.parametrize("data", [b"{", b"[1]"])
async def test_what_is_no_result_is_said_so(data: bytes) -> None:
    answer = httpx.Response(
        200, content=b"event: next\ndata: " + data + b"\n\n", headers={"content-type": "text/event-stream"}
    )

    with pytest.raises(UnexpectedAnswer):
        await cursors(Server(answer))
