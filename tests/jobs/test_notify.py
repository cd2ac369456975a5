"""Notifications: told after a commit, heard again after the connection broke."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.kit import db
from app.kit.db import unit_of_work
from app.kit.notify import Listener, notify_after_commit, reconnect_delay
from tests.jobs.support import PATIENCE_SECONDS, until_set
from tests.support import counted_statements

_CUT = """
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'auther listener'
"""


class Ear:
    """Notes what is heard; `enough` is set when `last` was."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.connected = asyncio.Event()
        self.enough = asyncio.Event()

    def hear(self, channel: str, payload: str) -> None:
        self.heard.append((channel, payload))
        if payload == "last":
            self.enough.set()

    @asynccontextmanager
    async def listening(self, *channels: str) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(Listener(channels, self.hear, self.connected.set).run(stop))
        try:
            await until_set(self.connected)
            yield
        finally:
            stop.set()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await task


async def tell(*messages: tuple[str, str]) -> None:
    async with unit_of_work():
        for channel, payload in messages:
            notify_after_commit(channel, payload)


async def test_only_what_committed_is_told_in_order_and_each_once() -> None:
    ear = Ear()
    async with ear.listening("test_a", "test_b"):
        with pytest.raises(LookupError):
            async with unit_of_work():
                notify_after_commit("test_a", "rolled back")
                raise LookupError
        await tell(("test_a", "1"), ("test_b", "2"), ("test_a", "1"), ("test_c", "3"))
        await tell(("test_b", "last"))
        await until_set(ear.enough)

    assert ear.heard == [("test_a", "1"), ("test_b", "2"), ("test_b", "last")]


async def test_listener_connects_again_and_says_so() -> None:
    ear = Ear()
    async with ear.listening("test_a"):
        ear.connected.clear()
        assert await db.fetch_value(_CUT) == 1

        await until_set(ear.connected)
        await tell(("test_a", "last"))
        await until_set(ear.enough)

    assert ear.heard == [("test_a", "last")]


async def test_telling_is_no_statement_of_the_request() -> None:
    with counted_statements() as statements:
        await tell(("test_a", "x"))

    assert [sql for sql in statements if "notify" in sql] == []


async def test_telling_outside_of_a_unit_of_work_is_a_mistake() -> None:
    with pytest.raises(RuntimeError):
        notify_after_commit("test_a", "x")


def test_pauses_between_attempts_grow_to_five_seconds() -> None:
    delays = [reconnect_delay(failures) for failures in (1, 3, 100)]

    assert 0.1 <= delays[0] <= 0.2
    assert 0.4 <= delays[1] <= 0.8
    assert 2.5 <= delays[2] <= 5.0
