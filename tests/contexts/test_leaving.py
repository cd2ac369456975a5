"""What contexts know of a person: in an export, and when two accounts become one."""

from __future__ import annotations

from app.contexts.service import describe_applied, move_applied, welcome
from app.contexts.types import Entry, Grant
from app.kit import clock
from app.kit.actor import SYSTEM
from tests.contexts.support import applied, make_context
from tests.support import commit, make_user


async def test_an_export_says_what_was_applied_and_when() -> None:
    context = await make_context()
    user, other = await make_user(), await make_user("other@example.com")
    with clock.frozen():
        moment = clock.now()
        await commit(welcome(SYSTEM, user.id, Entry()))

    (row,) = await describe_applied(user.id)

    assert isinstance(row, dict)
    del row["id"]
    assert row == {"context_id": context.id, "slug": "staff", "name": "Staff", "applied_at": moment}
    assert await describe_applied(other.id) == []


async def test_a_merged_account_counts_as_having_had_what_the_other_had() -> None:
    source, target = await make_user("source@example.com"), await make_user("target@example.com")
    await make_context()
    await commit(welcome(SYSTEM, target.id, Entry()))
    await make_context(Grant("group", "member", "g"), slug="more")
    await commit(welcome(SYSTEM, source.id, Entry()))

    tried = await commit(move_applied(SYSTEM, source.id, target.id, is_dry_run=True))
    moved = await commit(move_applied(SYSTEM, source.id, target.id, is_dry_run=False))

    assert tried == moved == (1, 1)
    assert sorted(await applied()) == sorted([("more", target.id), ("staff", source.id), ("staff", target.id)])
