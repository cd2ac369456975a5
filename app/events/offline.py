"""An exported file, checked line by line without a database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import orjson

from app.events import chain
from app.events.export import BYTES, FORMAT, JSON_TEXTS
from app.events.findings import FACTS, GROUPS, Findings, Row, place_of
from app.events.types import AuditScrubbed, ChainProblem, ChainReport, Checkpoint, Progress

MAX_LINE_BYTES: Final = 1_048_576
_TEXTS: Final = (*FACTS, *(name for fields in GROUPS.values() for name in fields))
_MALFORMED = (orjson.JSONDecodeError, KeyError, TypeError, ValueError)

Lines = Iterable[bytes]
Open = Callable[[], AbstractContextManager[Lines]]


@dataclass(slots=True)
class _Reading:
    """A file on its way.

    Attributes:
        is_chained: no row is left out on purpose.
        last: the place of the row before.
        until: the place of the last row.
    """

    found: Findings
    is_chained: bool
    last: Checkpoint
    until: Checkpoint
    rows: int = 0
    is_over: bool = False
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)


def verify_file(
    open_lines: Open, *, has_secret: bool, expected: Checkpoint | None = None, tell: Progress | None = None
) -> ChainReport:
    """Check rows, links and the signed end of an exported file.

    Without the secret of the installation: whether the personal fields are those that were committed to, whether a
    row is missing, and whether the file arrived whole; not who wrote it.

    Args:
        open_lines: gives the lines of the file with their ends; called twice.
        expected: a checkpoint that the file must hold.
        tell: called with the number of rows so far.
    """
    with open_lines() as lines:
        recorded = _find_recorded(lines)
    with open_lines() as lines:
        rest = iter(lines)
        reading = _begin(next(rest, b""), recorded, has_secret=has_secret)
        if reading is None:
            return ChainReport(0, 0, None, None, (ChainProblem("file_unknown"),))
        floor, is_seen = reading.last, expected in {None, reading.last}
        for line in rest:
            _read_line(reading, line)
            is_seen = is_seen or reading.last == expected
            if tell:
                tell(reading.rows)
    _check_end(reading)
    if not is_seen:
        reading.found.add("checkpoint_missing", expected.position if expected else None)
    reading.found.settle_unrecorded(recorded)
    return ChainReport(reading.rows, 0, floor, reading.last, tuple(reading.found.problems))


def _find_recorded(lines: Lines) -> set[str]:
    """Whose erasing the file records."""
    mark, people = AuditScrubbed.action.encode(), set()
    for line in lines:
        if mark in line:
            try:
                row = orjson.loads(line)
                if row["action"] == AuditScrubbed.action:
                    people.add(str(row["target_id"]))
            except _MALFORMED:
                continue
    return people


def _begin(line: bytes, recorded: set[str], *, has_secret: bool) -> _Reading | None:
    try:
        header = orjson.loads(line)
        if header["format"] != FORMAT:
            return None
        start, until = _place(header["after"]), _place(header["until"])
        is_chained = header["filter"] is None
    except _MALFORMED:
        return None
    # A selection may leave out the record, and so may a file that does not reach to the present.
    found = Findings(recorded if is_chained else None, has_secret)
    reading = _Reading(found, is_chained, start, until)
    reading.digest.update(line)
    return reading


def _read_line(reading: _Reading, line: bytes) -> None:
    try:
        value = orjson.loads(line)
        if "sha256" in value:
            _read_end(reading, value)
            return
        row = _row_of(value)
    except _MALFORMED:
        reading.found.add("line_unreadable", reading.last.position + 1)
        return
    if reading.is_over:
        reading.found.add("file_changed", row=row)
    reading.digest.update(line)
    reading.rows += 1
    here = place_of(row)
    if reading.is_chained or here.position <= reading.last.position + 1:
        reading.found.check_place(reading.last, here, row)
    reading.found.check_row(row)
    reading.last = here


def _read_end(reading: _Reading, end: Mapping[str, object]) -> None:
    digest = reading.digest.digest()
    is_same = end["sha256"] == digest.hex() and end["rows"] == reading.rows
    is_signed = not reading.found.has_secret or chain.is_export_signed(
        digest, reading.rows, bytes.fromhex(str(end["mac"]))
    )
    if reading.is_over or not is_same or not is_signed:
        reading.found.add("file_changed")
    reading.is_over = True


def _check_end(reading: _Reading) -> None:
    if not reading.is_over:
        reading.found.add("file_cut_off")
    if reading.is_chained and reading.last.position < reading.until.position:
        reading.found.add("end_missing", reading.last.position + 1, until=reading.until.position)


def _place(value: Mapping[str, object]) -> Checkpoint:
    position, link = value["position"], value["link"]
    if not isinstance(position, int) or not isinstance(link, str):
        raise TypeError
    return Checkpoint(position, bytes.fromhex(link))


def _row_of(value: Mapping[str, object]) -> Row:
    row = {name: value[name] for name in _TEXTS if name not in BYTES and name not in JSON_TEXTS}
    row |= {name: _bytes(value[name]) for name in BYTES}
    row |= {name: _text(value[name]) for name in JSON_TEXTS}
    moment, position = value["occurred_at"], value["position"]
    if not isinstance(moment, str) or not isinstance(position, int) or row["mac"] is None or row["link"] is None:
        raise TypeError
    return {**row, "occurred_at": datetime.fromisoformat(moment), "position": position}


def _bytes(value: object) -> bytes | None:
    return None if value is None else bytes.fromhex(str(value))


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
