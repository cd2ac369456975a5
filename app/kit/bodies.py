"""Reading the form that a request carries: bounded in size and in time, refused while it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Generator
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from app.kit.errors import InvalidInput, LimitReached

# A form takes a moment even on a bad line; who needs longer holds a place that others want.
BODY_SECONDS = 30.0


async def read_body(request: Request, *, max_bytes: int) -> bytes:
    """The whole body.

    Raises:
        LimitReached: `kit_form_too_large`, once more than `max_bytes` have come.
        InvalidInput: `kit_body_incomplete`: it broke off, or took longer than `BODY_SECONDS`.
    """
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _collect(request, max_bytes)
    except (ClientDisconnect, TimeoutError) as error:
        raise _incomplete() from error


async def receive_body(receive: Receive, *, max_bytes: int) -> bytes:
    """The whole body, where no request object is made. A body that is there already costs no timer.

    Raises:
        LimitReached, InvalidInput: as `read_body`.
    """
    begun = _Begun(receive())
    if begun.is_over:
        body, is_whole = _part(begun.message, max_bytes)
        if is_whole:
            return body
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _receive_rest(begun, receive, max_bytes)
    except TimeoutError as error:
        raise _incomplete() from error


async def _receive_rest(begun: _Begun, receive: Receive, max_bytes: int) -> bytes:
    body, is_whole = _part(begun.message if begun.is_over else await begun, max_bytes)
    parts = bytearray(body)
    while not is_whole:
        body, is_whole = _part(await receive(), max_bytes - len(parts))
        parts += body
    return bytes(parts)


def _part(message: Message, max_bytes: int) -> tuple[bytes, bool]:
    if message["type"] == "http.disconnect":
        raise _incomplete()
    body: bytes = message.get("body", b"")
    if len(body) > max_bytes:
        raise _too_large(max_bytes)
    return body, not message.get("more_body", False)


class _Begun(Generator[object, None, Message]):
    """Something awaitable, run up to where it waits for the first time: perhaps it need not wait at all."""

    def __init__(self, work: Awaitable[Message]) -> None:
        self._steps: Generator[object, None, Message] = work.__await__()
        self.message: Message = {}
        self.is_over = self._is_told = False
        try:
            self._waited = next(self._steps)
        except StopIteration as over:
            self.message, self.is_over = over.value, True

    def __await__(self) -> Generator[object, None, Message]:
        return self

    def send(self, value: None) -> object:
        """Go on; the first time tell what it waits for already."""
        if self._is_told:
            return self._steps.send(value)
        self._is_told = True
        return self._waited

    def throw(self, *error: Any) -> object:
        """What ends our wait ends its wait."""
        return self._steps.throw(*error)


async def _collect(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _incomplete() -> InvalidInput:
    return InvalidInput("kit_body_incomplete", "What was sent did not arrive whole.")


def _too_large(max_bytes: int) -> LimitReached:
    return LimitReached("kit_form_too_large", "What was sent is too large.", detail=f"over {max_bytes} bytes")
