"""Reading the form that a request carries: bounded in size and in time, refused while it arrives."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

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
        raise InvalidInput("kit_body_incomplete", "What was sent did not arrive whole.") from error


async def _collect(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise LimitReached("kit_form_too_large", "What was sent is too large.", detail=f"over {max_bytes} bytes")
    return bytes(body)
