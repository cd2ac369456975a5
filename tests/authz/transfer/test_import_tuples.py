"""Bringing tuples in: what is written, what stays, what is told of it."""

from __future__ import annotations

import pytest

from app.authz.service.bulk import export_tuples, import_tuples
from app.authz.service.checks import check
from app.authz.service.tuples import write_tuples
from app.authz.types import (
    Check,
    ConditionRef,
    EntityRef,
    Freshness,
    FreshnessMode,
    RelationTuple,
    SubjectRef,
    TupleFilter,
    TupleKey,
    TupleWrite,
)
from app.kit import db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor
from app.kit.db import unit_of_work
from app.kit.errors import Forbidden, Unauthenticated
from tests.authz.people import exist
from tests.authz.transfer.support import INVOICES, bring, line, reasons, revision, save, take
from tests.support import as_user, commit, make_admin, make_user, read_audit

IN_OFFICE = {"name": "in_office", "context": {"ip": "10.0.0.1"}}


async def test_tuples_come_in_and_out_again() -> None:
    await save()
    await exist("user:anne")
    lines = [
        line("document:1", "editor", "group:eng#member", condition=IN_OFFICE),
        line("document:1", "editor", "user:zoë", startsAt="2030-01-01T00:00:00Z", expiresAt="2031-01-01T00:00:00.5Z"),
        line("document:1", "viewer", "user:*"),
        line("document:x:y", "viewer", "user:a@b.example"),
        line("document:*", "viewer", "group:eng#member"),
        line("group:eng", "member", "user:anne"),
        line("folder:b", "parent", "folder:a"),
    ]

    report = await bring(*lines)
    taken = await take()

    assert (report.read, report.written, report.unchanged, report.refused) == (7, 7, 0, 0)
    assert report.is_complete
    expected = [each.replace(b"31-01-01T00:00:00.5Z", b"31-01-01T00:00:00.500000Z") for each in lines]
    assert sorted(taken) == sorted(expected)
    again = await bring(*taken)
    assert (again.written, again.unchanged) == (0, 7)


async def test_what_came_in_is_what_a_write_would_have_stored() -> None:
    await save()
    key = TupleKey("document", "1", "editor", "user", "anne")
    await bring(line("document:1", "editor", "user:anne", condition=IN_OFFICE))
    stored = await db.fetch("SELECT condition, condition_context, starts_at, expires_at FROM authz_tuple")
    await db.execute("DELETE FROM authz_tuple")

    write = TupleWrite(touch=(RelationTuple(key, ConditionRef("in_office", {"ip": "10.0.0.1"})),))
    await commit(write_tuples(SYSTEM, write))

    assert await db.fetch("SELECT condition, condition_context, starts_at, expires_at FROM authz_tuple") == stored


async def test_openfga_s_form_is_understood() -> None:
    await save()

    report = await import_tuples(
        SYSTEM,
        [
            b'{"user":"user:anne","relation":"viewer","object":"document:1"}\n'
            b'{"user":"group:g#member","relation":"editor","object":"document:1",'
            b'"condition":{"name":"in_office","context":{"ip":"10.0.0.1"}}}\n'
        ],
    )

    assert report.written == 2
    assert await take() == [
        line("document:1", "editor", "group:g#member", condition=IN_OFFICE),
        line("document:1", "viewer", "user:anne"),
    ]


async def test_types_of_a_client_are_told_from_ids_with_colons() -> None:
    await save()
    await save(INVOICES, "cli_a")
    lines = [line("cli_a:invoice:7:b", "payer", "user:cli_a:x"), line("document:cli_a:1", "viewer", "user:anne")]

    report = await bring(*lines)

    assert reasons(report) == []
    assert sorted(await take()) == sorted(lines)


async def test_a_second_run_changes_nothing_and_takes_no_revision() -> None:
    await save()
    lines = [line(f"document:{n}", "viewer", "user:anne") for n in range(10)]
    first = await bring(*lines)
    before = await revision()

    again = await bring(*lines)

    assert (again.written, again.unchanged, again.revision_token) == (0, 10, first.revision_token)
    assert await revision() == before


async def test_another_condition_or_other_times_replace_a_tuple() -> None:
    await save()
    await bring(line("document:1", "editor", "user:anne"), line("document:2", "editor", "user:anne"))
    before = await revision()

    report = await bring(
        line("document:1", "editor", "user:anne", expiresAt="2031-01-01T00:00:00Z"),
        line("document:2", "editor", "user:anne"),
        line("document:3", "editor", "user:anne"),
    )

    assert (report.written, report.unchanged) == (2, 1)
    rows = await db.fetch("SELECT entity_id, created_rev, deleted_rev FROM authz_tuple ORDER BY id")
    stands = 2**63 - 1
    assert sorted(tuple(row) for row in rows) == [
        ("1", before, before + 1), ("1", before + 1, stands), ("2", before, stands), ("3", before + 1, stands),
    ]  # fmt: skip


async def test_of_a_tuple_that_is_named_twice_the_later_line_counts() -> None:
    await save()
    later = line("document:1", "editor", "user:anne", expiresAt="2031-01-01T00:00:00Z")

    report = await bring(line("document:1", "editor", "user:anne"), later)

    assert (report.read, report.written, report.unchanged) == (2, 1, 1)
    assert await take() == [later]


async def test_a_batch_is_one_revision_with_one_event() -> None:
    await save()
    before = await revision()

    report = await import_tuples(
        SYSTEM, [line("document:1", "viewer", "user:anne"), line("document:2", "viewer", "user:anne")], reason="moving"
    )

    assert await revision() == before + 1
    row = await db.fetch_row("SELECT kind, actor_kind, reason FROM authz_write WHERE revision = $1", before + 1)
    assert row is not None
    assert tuple(row) == ("tuples", "system", "moving")
    [event] = [each for each in await read_audit() if each.action == "grants.imported"]
    assert (event.target_id, event.after) == (str(before + 1), {"created": 2, "changed": 0, "deleted": 0})
    fresh = Freshness(FreshnessMode.AT_LEAST_AS_FRESH, report.revision_token)
    question = Check(SubjectRef("user", "anne"), "viewer", EntityRef("document", "2"))
    assert (await check(SYSTEM, question, fresh)).is_allowed


async def test_progress_is_told_after_each_batch() -> None:
    await save()
    told: list[tuple[int, int]] = []
    content = b"".join(line(f"document:{n}", "viewer", "user:anne") for n in range(10_001))
    chunks = [content[start : start + 65_536] for start in range(0, len(content), 65_536)]

    await import_tuples(SYSTEM, chunks, progress=lambda read, written: told.append((read, written)))

    assert told == [(10_000, 10_000), (10_001, 10_001)]


async def test_a_dry_run_counts_and_writes_nothing() -> None:
    await save()
    await bring(line("document:1", "editor", "user:anne"), line("document:2", "editor", "user:anne"))
    before, stored = await revision(), await take()

    report = await bring(
        line("document:1", "editor", "user:anne", expiresAt="2031-01-01T00:00:00Z"),
        line("document:2", "editor", "user:anne"),
        line("document:3", "editor", "user:anne"),
        dry_run=True,
    )

    assert (report.read, report.written, report.unchanged) == (3, 2, 1)
    assert (await revision(), await take()) == (before, stored)


async def test_an_empty_file_changes_nothing() -> None:
    await save()

    report = await bring(b"\n", b"  \r\n")

    assert (report.read, report.written, report.is_complete) == (0, 0, True)


async def test_only_who_manages_a_scope_imports_into_it() -> None:
    await save()
    await save(INVOICES, "cli_a")
    plain, admin = await make_user(), await make_admin()
    before = await take()

    for content in (line("document:1", "viewer", "user:anne"), line("cli_a:invoice:1", "payer", "user:anne")):
        with pytest.raises(Unauthenticated):
            await import_tuples(ANONYMOUS, [content])
        with pytest.raises(Forbidden):
            await import_tuples(as_user(plain), [content])
    assert await take() == before

    report = await import_tuples(as_user(admin), [line("cli_a:invoice:1", "payer", "user:anne")])
    assert report.written == 1


async def test_nobody_imports_rights_that_they_do_not_have() -> None:
    await save()
    manager = await make_user("manager@example.com")
    await bring(line("platform:*", "admin", f"user:{manager.id}"))

    report = await import_tuples(as_user(manager), [line("platform:*", "super_admin", f"user:{manager.id}")])

    assert (report.written, report.refused) == (0, 1)
    assert "what you do not have yourself" in report.bad[0].reason


async def test_an_import_is_no_part_of_a_unit_of_work() -> None:
    async with unit_of_work():
        with pytest.raises(RuntimeError):
            await import_tuples(SYSTEM, [line("document:1", "viewer", "user:anne")])


async def test_an_export_of_a_filter_has_what_it_means() -> None:
    await save()
    lines = [line("document:1", "viewer", "user:anne"), line("document:2", "viewer", "user:bob")]
    await bring(*lines)

    assert await take(TupleFilter(entity_type="document", entity_id="2")) == lines[1:]
    assert await take(TupleFilter(subject_type="user", subject_id="anne")) == lines[:1]
    assert await take(TupleFilter(entity_type="nothing")) == []


async def test_only_who_manages_a_scope_exports_it() -> None:
    plain = await make_user()

    async def read(actor: Actor) -> None:
        async with unit_of_work():
            async for _ in export_tuples(actor, TupleFilter(entity_type="document")):
                pass

    with pytest.raises(Unauthenticated):
        await read(ANONYMOUS)
    with pytest.raises(Forbidden):
        await read(as_user(plain))
