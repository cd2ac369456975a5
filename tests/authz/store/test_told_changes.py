"""What others hear of a write: an event for each tuple, or one for many."""

from __future__ import annotations

import asyncio

import pytest

from app.authz.service.announcing import CHANNEL
from app.authz.types import ConditionRef
from app.kit import clock
from app.kit.notify import Listener, flush_notifications
from tests.authz.store.support import HOUR, NOW, count_rows, fact, key, refuse, save_app, touch, write
from tests.support import read_audit, read_outbox

NAME = "document:1#owner@user:ann"


@pytest.fixture(autouse=True)
async def model(database: None) -> None:
    await save_app()


async def test_every_changed_tuple_is_told_with_what_limits_it() -> None:
    late = ConditionRef("after_hour", {"hour": 22})
    with clock.frozen(NOW):
        await write(touch=(fact(NAME, condition=late, starts_at=NOW, expires_at=NOW + HOUR),), reason="on call")
    with clock.frozen(NOW + HOUR / 2):
        await touch(NAME)
    with clock.frozen(NOW + HOUR):
        await write(delete=(key(NAME),))

    full = f"cli_app:{NAME}"
    limited = {
        "tuple": full,
        "condition": {"name": "after_hour", "context": {"hour": 22}},
        "startsAt": "2027-03-01T12:00:00+00:00",
        "expiresAt": "2027-03-01T13:00:00+00:00",
    }
    told = [event for event in await read_audit() if event.action.startswith("grant.")]
    assert [(event.action, event.target_id, event.about_user_id) for event in told] == [
        ("grant.created", full, "ann"),
        ("grant.condition_updated", full, "ann"),
        ("grant.revoked", full, "ann"),
    ]
    assert [(event.before, event.after, event.reason) for event in told] == [
        (None, limited, "on call"),
        (limited, {"tuple": full}, None),
        ({"tuple": full}, None, None),
    ]
    assert (await read_outbox())[-3:] == [(event.action, full) for event in told]


async def test_only_tuples_of_users_are_about_somebody() -> None:
    await touch("document:1#viewer@team:red#member")

    assert (await read_audit())[-1].about_user_id is None


async def test_more_than_a_hundred_tuples_are_told_by_their_number() -> None:
    before = await count_rows("events_audit")

    await touch(*(f"document:{n}#viewer@user:ann" for n in range(100)))
    result = await touch(*(f"folder:{n}#viewer@user:ann" for n in range(101)))

    assert await count_rows("events_audit") == before + 101
    event = next(event for event in await read_audit() if event.action == "grants.imported")
    assert (event.target_id, event.after) == (str(result.revision), {"created": 101, "changed": 0, "deleted": 0})


async def test_followers_hear_each_revision_once_it_is_committed() -> None:
    heard, ready, stop = list[str](), asyncio.Event(), asyncio.Event()
    enough = asyncio.Event()

    def hear(_channel: str, payload: str) -> None:
        heard.append(payload)
        if len(heard) == 2:
            enough.set()

    listening = asyncio.create_task(Listener([CHANNEL], hear, ready.set).run(stop))
    await ready.wait()
    await touch(NAME)
    await touch(NAME)
    await refuse(create=(fact(NAME),))
    await write(delete=(key(NAME),))
    await flush_notifications()
    async with asyncio.timeout(10):
        await enough.wait()
    stop.set()
    listening.cancel()
    await asyncio.wait([listening])

    assert heard == ["2", "3"]
