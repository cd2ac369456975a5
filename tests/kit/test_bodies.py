"""Bodies read without a request object: at once when they are there, bounded in size and time when they are not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from app.kit import bodies
from app.kit.bodies import receive_body
from app.kit.errors import InvalidInput, LimitReached

Message = dict[str, object]


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def at_once(*messages: Message) -> Callable[[], Awaitable[Message]]:
    left = list(messages)

    async def receive() -> Message:
        return left.pop(0)

    return receive


class Line:
    """A connection on which parts arrive while somebody waits for them."""

    def __init__(self) -> None:
        self._arrived: asyncio.Queue[Message] = asyncio.Queue()
        self.is_waiting = asyncio.Event()
        self.was_given_up = False

    def arrive(self, message: Message) -> None:
        self._arrived.put_nowait(message)

    async def receive(self) -> Message:
        self.is_waiting.set()
        try:
            return await self._arrived.get()
        except asyncio.CancelledError:
            self.was_given_up = True
            raise


async def test_a_body_that_is_there_is_read_without_waiting() -> None:
    reading = receive_body(at_once(part(b'{"a": 1}')), max_bytes=10)

    with pytest.raises(StopIteration) as whole:
        reading.send(None)

    assert whole.value.value == b'{"a": 1}'


async def test_parts_that_are_there_make_one_body() -> None:
    receive = at_once(part(b"ab", more=True), part(b"", more=True), part(b"cd"))

    assert await receive_body(receive, max_bytes=4) == b"abcd"


async def test_parts_that_arrive_while_we_wait_make_one_body() -> None:
    line = Line()
    reading = asyncio.create_task(receive_body(line.receive, max_bytes=10))
    await line.is_waiting.wait()

    line.arrive(part(b"ab", more=True))
    line.arrive(part(b"cd"))

    assert await reading == b"abcd"


@pytest.mark.parametrize("parts", [[b"abcde"], [b"abc", b"de"], [b"abcd", b"e"]])
async def test_more_than_the_bound_is_refused(parts: list[bytes]) -> None:
    receive = at_once(*(part(each, more=True) for each in parts))

    with pytest.raises(LimitReached) as refused:
        await receive_body(receive, max_bytes=4)

    assert refused.value.code == "kit_form_too_large"


@pytest.mark.parametrize("before", [[], [part(b"ab", more=True)]])
async def test_a_body_that_breaks_off_is_refused(before: list[Message]) -> None:
    with pytest.raises(InvalidInput) as refused:
        await receive_body(at_once(*before, {"type": "http.disconnect"}), max_bytes=10)

    assert refused.value.code == "kit_body_incomplete"


@pytest.mark.parametrize("before", [[], [part(b"ab", more=True)]])
async def test_a_body_that_never_comes_is_given_up(before: list[Message], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.01)
    line = Line()
    for each in before:
        line.arrive(each)

    with pytest.raises(InvalidInput) as refused:
        await receive_body(line.receive, max_bytes=10)

    assert (refused.value.code, line.was_given_up) == ("kit_body_incomplete", True)


async def test_who_is_cancelled_while_waiting_stops_waiting() -> None:
    line = Line()
    reading = asyncio.create_task(receive_body(line.receive, max_bytes=10))
    await line.is_waiting.wait()

    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert line.was_given_up
