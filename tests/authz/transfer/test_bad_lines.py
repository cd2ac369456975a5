"""Lines that cannot be written: each is named with its number, and its batch is not written."""

from __future__ import annotations

import pytest

from app.authz.language.tuple_lines import MAX_LINE_BYTES
from app.authz.service.bulk import import_tuples
from app.kit.actor import SYSTEM
from tests.authz.transfer.support import bring, line, reasons, revision, save, take

GOOD = line("document:1", "viewer", "user:anne")
BAD = {
    b"{": "This is no JSON:",
    b"[]": "A line holds one JSON object.",
    b"7": "A line holds one JSON object.",
    b"{}": "`entity` is missing.",
    b'{"entity":"document:1","relation":"viewer"}': "`subject` is missing.",
    b'{"entity":1,"relation":"viewer","subject":"user:a"}': "`entity` has to be a text.",
    b'{"user":"user:a","relation":null,"object":"document:1"}': "`relation` has to be a text.",
    b'{"entity":"document:1","relation":"viewer","subject":"user:a","expires":"x"}': "Unknown field `expires`;",
    b'{"entity":"document:1","relation":"viewer","subject":"user:a","object":"document:2"}': "Unknown field `entity`;",
    b'{"entity":"document:1","relation":"viewer","subject":"user:a","expiresAt":7}': "`expiresAt` has to be a moment",
    b'{"entity":"document:1","relation":"viewer","subject":"user:a","expiresAt":"2031-01-01"}': "A moment needs its",
    b'{"entity":"document:1","relation":"viewer","subject":"user:a","expiresAt":"2001-01-01T00:00:00Z"}': "document:1#",
    b'{"entity":"document:1","relation":"viewer","subject":"user:a","condition":"in_office"}': "`condition` has to be",
    b'{"entity":"document:1","relation":"editor","subject":"user:a","condition":{"name":"x","context":[]}}': "The `con",
    b'{"entity":"document","relation":"viewer","subject":"user:a"}': "The entity's id is missing.",
    b'{"entity":"document:1","relation":"viewer","subject":"group:g#"}': "The subject's relation is missing.",
    b'{"entity":"document:1#x","relation":"viewer","subject":"user:a"}': "The entity's id holds",
    b'{"entity":"document:1","relation":"viewer","subject":"user:a\\u0000"}': "The subject's id holds",
    b'{"entity":"document:1","relation":"viewer","subject":"user:a\x00"}': "This is no JSON:",
    b'{"entity":"document:a b","relation":"viewer","subject":"user:a"}': "The entity's id holds",
    b'{"entity":"document:1","relation":"viewer","subject":"user:\xff"}': "This is no JSON:",
    b'{"entity":"document:1","relation":"viewer","subject":"user:' + b"a" * 255 + b'"}': "The subject's id is longer",
    b'{"entity":"paper:1","relation":"viewer","subject":"user:a"}': "paper:1#viewer@user:a: no model defines",
    b'{"entity":"document:1","relation":"veiwer","subject":"user:a"}': "document:1#veiwer@user:a: the type has no",
    b'{"entity":"document:1","relation":"viewer","subject":"folder:a"}': "document:1#viewer@folder:a: the relation",
    b'{"entity":"document:1","relation":"editor","subject":"user:*"}': "document:1#editor@user:*: the relation takes",
    b'{"entity":"document:1","relation":"editor","subject":"group:g#member"}': "document:1#editor@group:g#member: the",
    b'{"entity":"document:1","relation":"editor","subject":"user:a","condition":'
    b'{"name":"in_office","context":{"floor":"x"}}}': "Parameter floor",
    b'{"entity":"' + b"a" * MAX_LINE_BYTES + b'"}': "The line is longer than 64 KiB.",
}


@pytest.mark.parametrize("number", range(len(BAD)))
async def test_a_bad_line_is_named_and_its_batch_is_not_written(number: int) -> None:
    bad, reason = list(BAD.items())[number]
    await save()
    before = await revision()

    # A good line of the same shape comes before, so that what was judged once is not taken for judged.
    report = await bring(GOOD, b"\n", bad + b"\n", line("document:2", "viewer", "user:anne"))

    assert (report.read, report.written, report.refused, report.is_complete) == (3, 0, 1, False)
    [told] = report.bad
    assert told.number == 3
    assert told.reason.startswith(reason)
    assert (await revision(), await take()) == (before, [])


async def test_bad_lines_can_be_left_out() -> None:
    await save()
    good = [GOOD, line("document:2", "viewer", "user:anne")]

    report = await bring(good[0], b"nonsense\n", good[1], skip_bad=True)

    assert (report.read, report.written, report.refused, report.is_complete) == (3, 2, 1, True)
    assert reasons(report)[0][0] == 2
    assert await take() == good


async def test_nothing_after_the_batch_of_a_bad_line_is_written_but_all_bad_lines_are_named() -> None:
    await save()
    lines = [line(f"document:{n:05}", "viewer", "user:anne") for n in range(30_000)]
    lines[15_000] = lines[25_000] = b"nonsense\n"

    report = await bring(*lines)

    assert (report.read, report.written, report.refused) == (30_000, 10_000, 2)
    assert [each.number for each in report.bad] == [15_001, 25_001]
    assert await take() == lines[:10_000]


async def test_a_report_names_a_hundred_bad_lines() -> None:
    await save()

    stopped = await import_tuples(SYSTEM, [b"x\n" * 25_000])
    skipped = await import_tuples(SYSTEM, [b"x\n" * 25_000], skip_bad=True)

    assert (stopped.read, stopped.refused, len(stopped.bad)) == (10_000, 10_000, 100)
    assert (skipped.read, skipped.refused, len(skipped.bad)) == (25_000, 25_000, 100)


async def test_a_circle_of_a_hierarchy_is_refused_at_a_line_of_it() -> None:
    await save()
    await bring(line("folder:b", "parent", "folder:a"))

    report = await bring(line("folder:c", "parent", "folder:b"), line("folder:a", "parent", "folder:c"))

    assert (report.written, report.refused) == (0, 1)
    assert "This would close a circle: folder:" in report.bad[0].reason


async def test_leaving_bad_lines_out_leaves_no_circle() -> None:
    await save()
    names = "abcdef"
    pairs = [(one, other) for one in names for other in names]

    report = await bring(*(line(f"folder:{one}", "parent", f"folder:{other}") for one, other in pairs), skip_bad=True)

    assert report.is_complete
    assert report.written + report.refused == len(pairs)
    kept = [tuple(part.decode() for part in each.split(b'"')[3::8]) for each in await take()]
    parents = {(one.removeprefix("folder:"), other.removeprefix("folder:")) for one, other in kept}
    assert not any(reaches(parents, name, name) for name in names)


def reaches(edges: set[tuple[str, str]], start: str, end: str) -> bool:
    found = {other for one, other in edges if one == start}
    while more := {other for one, other in edges if one in found} - found:
        found |= more
    return end in found
