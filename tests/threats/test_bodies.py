"""Bodies that are too large, that break off, that never end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from app.kit import bodies
from tests.threats.support import FORM_TYPE, POSTED, Message, call

MEGABYTE = 1_048_576
CHUNK = 8_192


@pytest.mark.parametrize("kind", [FORM_TYPE, "application/json", "multipart/form-data; boundary=x", ""])
@pytest.mark.parametrize("path", POSTED)
async def test_ten_megabytes_are_refused_while_they_arrive(browser: httpx.AsyncClient, path: str, kind: str) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10 * MEGABYTE:
            sent += CHUNK
            yield b"a" * CHUNK

    answer = await browser.post(path, content=body(), headers={"content-type": kind})

    assert answer.status_code in {400, 401, 403}
    assert sent <= 65_536 + 2 * CHUNK


HEADERS = {"content-type": FORM_TYPE.encode(), "content-length": b"100"}


@pytest.mark.parametrize("path", POSTED)
async def test_a_body_that_breaks_off_is_no_fault(app: Starlette, path: str) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"a=b", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    assert await call(app, "POST", path, headers=HEADERS, receive=receive) == 400


@pytest.mark.parametrize("path", POSTED)
async def test_a_body_that_never_ends_is_given_up(app: Starlette, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.02)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    assert await call(app, "POST", path, headers=HEADERS, receive=receive) == 400
