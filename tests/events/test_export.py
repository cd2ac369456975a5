"""The trail as a file: what it holds, and that whatever is done to it shows."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import orjson
import pytest

from app.events import export
from app.events.errors import AuditPositionUnknown
from app.events.export import export_trail
from app.events.offline import verify_file
from app.events.service import read_checkpoint, scrub_user, seal_chain, trim_chain
from app.events.trail import freeze_view
from app.events.types import AuditFilter, ChainReport, Checkpoint, Outcome
from app.kit import clock, runtime
from app.kit.actor import SYSTEM, Actor
from app.kit.db import unit_of_work
from tests.events.support import DoorOpened, audit_rows, make_trail, tamper, tell, visitor
from tests.support import as_user, assert_needs, commit, make_admin

ALL = AuditFilter()


async def write(wanted: AuditFilter = ALL, *, after: int | None = None, actor: Actor = SYSTEM) -> list[bytes]:
    """The lines of an exported file."""
    async with unit_of_work():
        await freeze_view()
        chunks = [chunk async for chunk in export_trail(actor, wanted, after=after)]
    return b"".join(chunks).splitlines(keepends=True)


def check(lines: list[bytes], *, has_secret: bool = True, expected: Checkpoint | None = None) -> ChainReport:
    @contextmanager
    def open_lines() -> Iterator[io.BytesIO]:
        yield io.BytesIO(b"".join(lines))

    return verify_file(open_lines, has_secret=has_secret, expected=expected)


def problems(lines: list[bytes], **options: bool) -> list[tuple[str, int | None]]:
    return [(each.code, each.position) for each in check(lines, **options).problems]


async def test_a_file_has_a_header_every_row_and_a_signed_end() -> None:
    await make_trail(3)

    header, *rows, end = (orjson.loads(line) for line in await write())

    head = await read_checkpoint()
    assert head is not None
    assert (header["format"], header["filter"], header["after"]["position"]) == ("auther-audit/1", None, 0)
    assert header["until"] == {"position": 3, "link": head.link.hex()}
    assert [row["position"] for row in rows] == [1, 2, 3]
    assert {
        name: rows[0][name] for name in ("action", "outcome", "actor_id", "target_id", "before", "after", "ip")
    } == {
        "action": "door.opened",
        "outcome": "success",
        "actor_id": "usr_visitor",
        "target_id": "door_0",
        "before": {"n": 0},
        "after": {"n": 1},
        "ip": "203.0.113.9",
    }
    assert end["rows"] == 3


async def test_a_whole_file_verifies_with_and_without_the_secret() -> None:
    await make_trail(3)
    lines = await write()

    known, unknown = check(lines), check(lines, has_secret=False)

    head = await read_checkpoint()
    assert (known.problems, known.checked, known.head) == ((), 3, head)
    assert (unknown.problems, unknown.checked) == ((), 3)


async def test_batches_make_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_trail(7)
    with clock.frozen():
        whole = await write()
        monkeypatch.setattr(export, "_BATCH", 2)
        assert await write() == whole


async def test_rows_that_are_not_chained_are_not_in_the_file() -> None:
    await make_trail(2)
    await tell()

    lines = await write()

    assert check(lines).checked == 2
    assert problems(lines) == []


async def test_a_selection_verifies_row_by_row() -> None:
    await make_trail(4)
    await tell(DoorOpened(target_id="mine", outcome=Outcome.FAILURE))
    await commit(seal_chain())

    lines = await write(AuditFilter(outcome=Outcome.FAILURE))

    assert orjson.loads(lines[0])["filter"] == {"outcome": "failure"}
    assert [orjson.loads(line)["target_id"] for line in lines[1:-1]] == ["mine"]
    assert problems(lines) == []
    assert problems([lines[0], lines[1].replace(b"mine", b"ours"), lines[2]]) == [
        ("row_changed", 5),
        ("file_changed", None),
    ]


async def test_later_exports_go_on_where_the_one_before_ended() -> None:
    await make_trail(3)
    first = check(await write())
    await make_trail(2)

    lines = await write(after=3)

    assert [orjson.loads(line)["position"] for line in lines[1:-1]] == [4, 5]
    assert check(lines, expected=first.head).problems == ()
    with pytest.raises(AuditPositionUnknown):
        await write(after=99)


async def test_a_file_that_does_not_hold_the_checkpoint_is_told_so() -> None:
    await make_trail(2)
    lines = await write()

    report = check(lines, expected=Checkpoint(2, b"another link"))

    assert [(each.code, each.position) for each in report.problems] == [("checkpoint_missing", 2)]


async def test_a_trail_without_its_beginning_verifies_from_the_floor() -> None:
    with clock.frozen() as stopped:
        await make_trail(3)
        stopped.advance(timedelta(days=2))
        await make_trail(2)
        await commit(trim_chain(timedelta(days=1)))

    report = check(await write())

    assert report.floor is not None
    assert (report.problems, report.checked, report.floor.position) == ((), 2, 3)


async def test_erased_rows_verify_when_the_file_records_the_erasure() -> None:
    await make_trail(2)
    await commit(scrub_user("usr_9"))
    await commit(seal_chain())

    lines = await write()

    assert orjson.loads(lines[1])["after"] is None
    assert problems(lines) == []
    # Without the record of the erasure somebody else may have erased them.
    assert ("scrubbed_without_record", 1) in problems([*lines[:3], lines[-1]])


async def test_what_was_changed_in_the_table_shows_in_the_file() -> None:
    ids = await make_trail(2)
    await tamper("UPDATE events_audit SET after = '{ \"n\": 2 }' WHERE id = $1", ids[0])
    await tamper("UPDATE events_audit SET before = 'no JSON\n{}' WHERE id = $1", ids[1])

    lines = await write()

    assert len(lines) == 4
    assert [orjson.loads(line)["after"] for line in lines[1:3]] == ['{ "n": 2 }', {"n": 2}]
    assert problems(lines) == [("row_changed", 1), ("row_changed", 2)]


CHANGES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], list[tuple[str, int | None]]]] = {
    "a fact": (
        lambda f: [*f[:2], f[2].replace(b"door.opened", b"door.closed"), *f[3:]],
        [("row_changed", 2), ("file_changed", None)],
    ),
    "a personal field": (
        lambda f: [*f[:2], f[2].replace(b"203.0.113.9", b"203.0.113.8"), *f[3:]],
        [("row_changed", 2), ("file_changed", None)],
    ),
    "a row removed": (lambda f: [*f[:2], *f[3:]], [("rows_missing", 2), ("file_changed", None)]),
    "rows swapped": (
        lambda f: [f[0], f[2], f[1], *f[3:]],
        [("rows_missing", 1), ("row_out_of_place", 1), ("rows_missing", 2), ("file_changed", None)],
    ),
    "a row twice": (lambda f: [*f[:3], *f[2:]], [("row_out_of_place", 2), ("file_changed", None)]),
    "the last row removed": (lambda f: [*f[:3], f[4]], [("end_missing", 3), ("file_changed", None)]),
    "the end removed": (lambda f: f[:4], [("file_cut_off", None)]),
    "cut in a line": (
        lambda f: [*f[:3], f[3][:100]],
        [("end_missing", 3), ("line_unreadable", 3), ("file_cut_off", None)],
    ),
    "the header": (lambda f: [f[0].replace(b"localhost", b"elsewhere"), *f[1:]], [("file_changed", None)]),
    "rows behind the end": (lambda f: [*f, f[3]], [("row_out_of_place", 3), ("file_changed", 3)]),
    "no JSON": (
        lambda f: [*f[:2], b"nonsense\n", *f[3:]],
        [("line_unreadable", 2), ("rows_missing", 2), ("file_changed", None)],
    ),
    "another shape": (
        lambda f: [*f[:2], b"[]\n", *f[3:]],
        [("line_unreadable", 2), ("rows_missing", 2), ("file_changed", None)],
    ),
    "no file of ours": (lambda f: f[1:], [("file_unknown", None)]),
    "nothing": (lambda f: [], [("file_unknown", None)]),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_whatever_is_done_to_a_file_shows(name: str) -> None:
    await make_trail(3)
    change, expected = CHANGES[name]

    found = problems(change(await write()))

    assert sorted(found, key=str) == sorted(expected, key=str)


async def test_without_the_secret_a_changed_field_still_shows() -> None:
    await make_trail(2)
    lines = await write()
    lines[1] = lines[1].replace(b"203.0.113.9", b"203.0.113.8")

    assert ("row_changed", 1) in problems(lines, has_secret=False)


async def test_a_file_that_somebody_else_signed_is_not_ours() -> None:
    await make_trail(2)
    settings = runtime.settings()
    assert settings.secret is not None
    with runtime.override(secret=type(settings.secret)("another secret for tests, thirty-two bytes or more")):
        lines = await write()

    assert problems(lines) == [("file_changed", None)]


async def test_the_trail_is_exported_by_operators_only() -> None:
    async def export_as(actor: Actor) -> None:
        async for _ in export_trail(actor, ALL):
            raise AssertionError

    await assert_needs("platform.manage_platform", export_as)
    admin = as_user(await make_admin())
    await commit(seal_chain())
    assert len(await write(actor=admin)) == len(await audit_rows()) + 2
    assert visitor().id == "usr_visitor"
