"""Filters and pages of the trail: the same as a plain re-implementation says, and always by an index."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.events.errors import AddressInvalid
from app.events.rules import read_address
from app.events.service import count_audit_events, list_audit_events
from app.events.types import AuditEvent, AuditFilter, Outcome
from app.kit import clock, db
from app.kit.actor import SYSTEM, Actor, ActorKind, Origin
from app.kit.paging import PageRequest
from tests.events.support import DoorOpened, DoorRattled, make_trail, tell

ACTIONS = {"door.opened": DoorOpened, "door.rattled": DoorRattled}
START = clock.now().replace(microsecond=0)
ROWS = 10_000
_FILL = f"""
INSERT INTO events_audit (id, action, outcome, occurred_at, actor_kind, actor_id, client_id, target_type, target_id,
                          about_user_id, request_id, ip, origin_commitment, content_commitment, mac)
SELECT 'aud_' || n,
       (ARRAY['user.updated', 'session.created', 'tuple.written', 'user.banned'])[1 + n % 3 + (n % 400 = 0)::int],
       CASE WHEN n % 200 = 0 THEN 'denied' ELSE 'success' END, now() - n * interval '1 minute',
       'user', 'usr_' || n % 300, 'cli_' || n % 250, 'user', 'usr_' || n % 280,
       'usr_' || n % 280, 'req_' || n, '10.0.0.' || n % 240, 'x', 'x', 'x'
FROM generate_series(1, {ROWS}) n
"""
FILTERS = [
    AuditFilter(),
    AuditFilter(action="user.banned"),
    AuditFilter(actor_id="usr_7"),
    AuditFilter(target_id="usr_7"),
    AuditFilter(about_user_id="usr_7"),
    AuditFilter(client_id="cli_7"),
    AuditFilter(outcome=Outcome.DENIED),
    AuditFilter(since=START - timedelta(hours=3), until=START - timedelta(hours=2)),
    AuditFilter(request_id="req_7"),
    AuditFilter(ip="10.0.0.7"),
]


def matches(event: AuditEvent, wanted: AuditFilter) -> bool:
    """What a filter means, in the plainest way."""
    return all(
        (
            wanted.action is None or event.action.startswith(wanted.action.rstrip("*")),
            wanted.actor_id in {None, event.actor_id},
            wanted.target_id in {None, event.target_id},
            wanted.about_user_id in {None, event.about_user_id},
            wanted.client_id in {None, event.client_id},
            wanted.outcome in {None, event.outcome},
            wanted.since is None or event.occurred_at >= wanted.since,
            wanted.until is None or event.occurred_at < wanted.until,
            wanted.request_id in {None, event.request_id},
            wanted.ip in {None, event.ip},
        )
    )


async def fill(chance: random.Random) -> list[AuditEvent]:
    """Eighty events of few people, several at the same moment; newest first."""
    with clock.frozen() as stopped:
        for _ in range(80):
            if chance.random() < 0.6:
                stopped.advance(timedelta(seconds=chance.choice((1, 60))))
            origin = Origin(f"req-{chance.randrange(6)}", f"192.0.2.{chance.randrange(3)}", None)
            actor = Actor(
                ActorKind.USER,
                f"usr_{chance.randrange(4)}",
                client_id=chance.choice((None, "cli_1", "cli_2")),
                origin=origin,
            )
            event = ACTIONS[chance.choice((*ACTIONS,))](
                target_id=chance.choice((None, "a", "b")),
                about_user_id=chance.choice((None, "usr_1", "usr_2")),
                outcome=chance.choice((*Outcome,)),
            )
            await tell(event, actor)
    return [*(await list_audit_events(SYSTEM, AuditFilter(), PageRequest(first=100))).items]


def make_filter(chance: random.Random, events: list[AuditEvent]) -> AuditFilter:
    like = chance.choice(events)
    values = {
        "action": chance.choice((like.action, "door.", "door.*", "d", "door.opened*", "door_", "")),
        "actor_id": like.actor_id,
        "target_id": like.target_id,
        "about_user_id": like.about_user_id,
        "client_id": like.client_id,
        "outcome": like.outcome,
        "since": like.occurred_at - timedelta(seconds=chance.choice((0, 200))),
        "until": like.occurred_at + timedelta(seconds=chance.choice((0, 1, 200))),
        "request_id": like.request_id,
        "ip": like.ip,
    }
    chosen = chance.sample(sorted(values), chance.randrange(4))
    return replace(AuditFilter(), **{name: values[name] for name in chosen})  # type: ignore[arg-type]


async def read_forward(wanted: AuditFilter, size: int) -> list[AuditEvent]:
    found: list[AuditEvent] = []
    after: str | None = None
    while True:
        page = await list_audit_events(SYSTEM, wanted, PageRequest(first=size, after=after))
        found += page.items
        if not page.has_next:
            return found
        after = page.cursors[-1]


async def read_backward(wanted: AuditFilter, size: int) -> list[AuditEvent]:
    found: list[AuditEvent] = []
    before: str | None = None
    while True:
        page = await list_audit_events(SYSTEM, wanted, PageRequest(last=size, before=before))
        found = [*page.items, *found]
        if not page.has_previous:
            return found
        before = page.cursors[0]


@pytest.mark.parametrize("seed", range(3))
async def test_every_filter_gives_what_it_means_in_both_directions(seed: int) -> None:
    chance = random.Random(seed)
    events = await fill(chance)

    for _ in range(25):
        wanted = make_filter(chance, events)
        expected = [event for event in events if matches(event, wanted)]
        assert await read_forward(wanted, 7) == expected, wanted
        assert await read_backward(wanted, 9) == expected, wanted
        assert await count_audit_events(SYSTEM, wanted) == len(expected)


@pytest.fixture
async def crowded(database: None) -> None:
    await db.execute(_FILL)
    await db.execute("VACUUM ANALYZE events_audit")


def nodes(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["Node Type"]
    for part in plan.get("Plans", ()):
        yield from nodes(part)


async def plan_of(work: Awaitable[object], monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Node types in the plan of the statement, with the very same parameters."""
    found: set[str] = set()
    run = db.fetch

    async def explain_and_run(sql: str, *args: object) -> list[db.Row]:
        explained = await db.fetch_value(f"EXPLAIN (FORMAT JSON) {sql}", *args)
        found.update(nodes(json.loads(explained)[0]["Plan"]))
        return await run(sql, *args)

    with monkeypatch.context() as patch:
        patch.setattr(db, "fetch", explain_and_run)
        await work
    assert found
    return found


async def test_every_filter_reads_an_index(crowded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for wanted in FILTERS:
        first = await list_audit_events(SYSTEM, wanted, PageRequest(first=2))
        for page in (PageRequest(), PageRequest(last=5), PageRequest(after=first.cursors[-1])):
            plan = await plan_of(list_audit_events(SYSTEM, wanted, page), monkeypatch)
            assert "Seq Scan" not in plan, (wanted, page)
            assert any("Index" in node for node in plan)


async def test_an_address_is_found_however_it_is_written() -> None:
    assert [read_address(text) for text in (" 192.0.2.1", "::ffff:192.0.2.1", "2001:DB8:0::1")] == [
        "192.0.2.1",
        "192.0.2.1",
        "2001:db8::1",
    ]
    with pytest.raises(AddressInvalid):
        read_address("192.0.2.")


async def test_only_the_end_of_an_action_is_a_wildcard() -> None:
    await make_trail(1)

    for action, count in (("door.*", 1), ("*", 1), ("d*r.opened", 0), ("door.opened*", 1), ("%", 0)):
        assert await count_audit_events(SYSTEM, AuditFilter(action=action)) == count, action
