"""Reading the trail: filters, pages, who may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.events.errors import AuditEventNotFound
from app.events.service import count_audit_events, find_audit_event, get_audit_events, list_audit_events
from app.events.types import AuditFilter, Outcome
from app.kit import clock
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, Origin
from app.kit.errors import AppError, Forbidden, InvalidInput, Unauthenticated
from app.kit.paging import PageRequest
from tests.events.support import DoorOpened, DoorRattled, audit_rows, tell, visitor
from tests.support import as_user, counted_statements, make_admin


async def listed(**wanted: object) -> list[str | None]:
    found = AuditFilter(**wanted)  # type: ignore[arg-type]
    page = await list_audit_events(SYSTEM, found, PageRequest())
    assert await count_audit_events(SYSTEM, found) == len(page.items)
    return [event.target_id for event in page.items]


async def test_filters_narrow_the_list() -> None:
    with clock.frozen() as stopped:
        start = clock.now()
        await tell(DoorOpened(target_id="a", about_user_id="usr_9"), visitor("usr_1"))
        stopped.advance(timedelta(minutes=1))
        await tell(DoorRattled(target_id="b", outcome=Outcome.FAILURE), visitor("usr_2", client_id="cli_1"))
        stopped.advance(timedelta(minutes=1))
        await tell(DoorOpened(target_id="c"), Actor(ActorKind.USER, "usr_1", origin=Origin("req-c")))

    assert await listed() == ["c", "b", "a"]
    assert await listed(action="door.") == ["c", "b", "a"]
    assert await listed(action="door.opened") == ["c", "a"]
    assert await listed(action="d%r") == []
    assert await listed(action="door_") == []
    assert await listed(actor_id="usr_1") == ["c", "a"]
    assert await listed(target_id="b") == ["b"]
    assert await listed(about_user_id="usr_9") == ["a"]
    assert await listed(client_id="cli_1") == ["b"]
    assert await listed(outcome=Outcome.FAILURE) == ["b"]
    assert await listed(request_id="req-c") == ["c"]
    assert await listed(since=start + timedelta(minutes=1)) == ["c", "b"]
    assert await listed(until=start + timedelta(minutes=1)) == ["a"]
    assert await listed(actor_id="usr_1", action="door.opened", until=start + timedelta(minutes=2)) == ["a"]


async def test_pages_go_forward_and_backward_without_a_gap() -> None:
    with clock.frozen():
        for n in range(5):
            await tell(DoorOpened(target_id=str(n)))

    everything = await list_audit_events(SYSTEM, AuditFilter(), PageRequest(first=10))
    first = await list_audit_events(SYSTEM, AuditFilter(), PageRequest(first=2))
    second = await list_audit_events(SYSTEM, AuditFilter(), PageRequest(first=2, after=first.cursors[-1]))
    third = await list_audit_events(SYSTEM, AuditFilter(), PageRequest(first=2, after=second.cursors[-1]))
    back = await list_audit_events(SYSTEM, AuditFilter(), PageRequest(last=2, before=third.cursors[0]))

    assert (*first.items, *second.items, *third.items) == everything.items
    assert back.items == second.items
    assert [first.has_next, second.has_next, third.has_next] == [True, True, False]


async def test_page_costs_one_statement() -> None:
    await tell()

    with counted_statements() as statements:
        await list_audit_events(SYSTEM, AuditFilter(action="door."), PageRequest())

    assert len(statements) == 1


async def test_foreign_cursor_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        await list_audit_events(SYSTEM, AuditFilter(), PageRequest(after="AAAA"))

    assert refused.value.code == "kit_cursor"


@pytest.mark.parametrize(("actor", "kind"), [(ANONYMOUS, Unauthenticated), (visitor(), Forbidden)])
async def test_trail_is_for_operators(actor: Actor, kind: type[AppError]) -> None:
    await tell(DoorOpened(target_id="a", about_user_id="usr_9"))
    (row,) = await audit_rows()

    for wanted in (AuditFilter(), AuditFilter(actor_id=actor.id), AuditFilter(about_user_id="usr_9")):
        with pytest.raises(kind):
            await list_audit_events(actor, wanted, PageRequest())
        with pytest.raises(kind):
            await count_audit_events(actor, wanted)
    with pytest.raises(AuditEventNotFound):
        await find_audit_event(actor, row["id"])


async def test_everybody_reads_what_is_about_themselves() -> None:
    await tell(DoorOpened(target_id="a", about_user_id="usr_9"))
    await tell(DoorOpened(target_id="b", about_user_id="usr_8"))
    mine, other = await audit_rows()

    page = await list_audit_events(visitor("usr_9"), AuditFilter(about_user_id="usr_9"), PageRequest())

    assert [event.target_id for event in page.items] == ["a"]
    assert (await find_audit_event(visitor("usr_9"), mine["id"])).target_id == "a"
    with pytest.raises(AuditEventNotFound):
        await find_audit_event(visitor("usr_9"), other["id"])


async def test_client_with_the_id_of_a_user_is_not_that_user() -> None:
    await tell(DoorOpened(target_id="a", about_user_id="usr_9"))

    with pytest.raises(Forbidden):
        await list_audit_events(Actor(ActorKind.CLIENT, "usr_9"), AuditFilter(about_user_id="usr_9"), PageRequest())


async def test_operator_reads_everything() -> None:
    admin = as_user(await make_admin())
    await tell(DoorOpened(target_id="a", before={"x": 1}, about_user_id="usr_9"))

    page = await list_audit_events(admin, AuditFilter(action="door."), PageRequest())

    (event,) = page.items
    assert (event.target_id, event.before, event.after, event.outcome) == ("a", {"x": 1}, None, Outcome.SUCCESS)
    assert await find_audit_event(admin, event.id) == event
    assert await get_audit_events([event.id, "aud_unknown"]) == {event.id: event}
