"""A context that changes while somebody comes means whom it means afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.contexts.service import update_context, welcome
from app.contexts.types import ContextChanges, Entry, Grant
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from tests.contexts.support import applied, make_context, told, tuples_of
from tests.support import commit, make_user

HERE = Entry(domain="guests.example", origin="https://guests.example")
GIVEN = ["group:all#member"]


async def until_one_waits() -> None:
    """Until somebody waits for a row that somebody else holds."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(20):
        while not await db.fetch_value(waiting):  # noqa: ASYNC110 - it says so to nobody
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"allowed_domains": ("acme.example",)}, []),
        ({"allowed_origins": ("https://acme.example",)}, []),
        ({"allowed_domains": ("acme.example", "guests.example")}, GIVEN),
        ({"allowed_domains": (), "allowed_origins": ()}, GIVEN),
        ({"is_enabled": False}, []),
    ],
)
async def test_who_waits_for_a_change_is_judged_by_what_it_changed(changes: dict[str, Any], held: list[str]) -> None:
    limits: dict[str, Any] = {"allowed_domains": ("guests.example",), "allowed_origins": ("https://guests.example",)}
    context = await make_context(Grant("group", "member", "guests"), **limits)
    user = await make_user("mallory@guests.example")
    was_changed, may_go_on = asyncio.Event(), asyncio.Event()

    async def change() -> None:
        async with unit_of_work():
            wanted = ContextChanges(grants=(Grant("group", "member", "all"),), **changes)
            await update_context(SYSTEM, context.id, wanted)
            was_changed.set()
            await may_go_on.wait()

    changing = asyncio.create_task(change())
    await was_changed.wait()
    coming = asyncio.create_task(commit(welcome(SYSTEM, user.id, HERE)))
    await until_one_waits()
    may_go_on.set()
    await asyncio.gather(changing, coming)

    assert await tuples_of(user.id) == held
    assert await applied() == ([("staff", user.id)] if held else [])
    assert len(await told("registration_context.applied")) == len(held)
