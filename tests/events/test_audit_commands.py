"""`auther audit export` and `auther audit verify`, as processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from app.cli.audit_words import describe_problem
from app.cli.audit_words import read_checkpoint as parse_checkpoint
from app.events.service import read_checkpoint
from app.events.types import ChainProblem, Checkpoint
from tests.events.support import make_trail, tamper, tell
from tests.support import SECRET

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    folder: Path
    dsn: str

    async def run(self, *arguments: str, **changes: str) -> Ran:
        """A command with the database and the secret of the tests; an empty text takes a variable away."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTHER_")}
        ours = {
            "AUTHER_DATABASE_URL": self.dsn,
            "AUTHER_SECRET": SECRET,
            "AUTHER_DATA_DIR": str(self.folder / "data"),
            "AUTHER_LOG_LEVEL": "error",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'sdk' / 'python'}",
            **changes,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app.cli",
            "audit",
            *arguments,
            cwd=self.folder,
            env={**kept, **{name: value for name, value in ours.items() if value}},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            out, err = await process.communicate()
        return Ran(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def shell(tmp_path: Path, dsn: str) -> Shell:
    return Shell(tmp_path, dsn)


async def test_a_trail_is_exported_and_verified_until_somebody_changes_it(shell: Shell) -> None:
    ids = await make_trail(3)
    # Committed, and not chained yet.
    await tell()
    file = shell.folder / "trail.jsonl"

    exported, verified = await shell.run("export", str(file)), await shell.run("verify")

    head = await read_checkpoint()
    assert head is not None
    checkpoint = f"{head.position}:{head.link.hex()}"
    assert (exported.code, exported.out) == (0, "")
    assert exported.err == f"{head.position:,} rows written to {file}.\n"
    assert verified.code == 0, verified.err
    assert verified.out.splitlines() == [
        f"{head.position:,} rows of the chain, 0 newer ones that are not chained yet.",
        f"Checkpoint: {checkpoint}",
        "All is as it was written.",
    ]

    await tamper("UPDATE events_audit SET actor_id = 'usr_framed' WHERE id = $1", ids[1])
    await tamper("DELETE FROM events_audit WHERE id = $1", ids[2])
    changed = await shell.run("verify", "--checkpoint", checkpoint)
    offline = await shell.run("verify", "--file", str(file), "--json", AUTHER_DATABASE_URL="")

    assert changed.code == 1
    assert changed.out.splitlines()[2:4] == [
        "2 problems, the first:" if head.position > 3 else "3 problems, the first:",
        f"  Row 2 ({ids[1]}) was changed, or was not written by Auther.",
    ]
    assert offline.code == 0, offline.err
    report = json.loads(offline.out)
    assert (report["isIntact"], report["rows"], report["signaturesChecked"]) == (True, head.position, True)
    assert report["checkpoint"] == checkpoint


async def test_a_selection_goes_to_standard_output_and_verifies_without_the_secret(shell: Shell) -> None:
    await make_trail(2)
    file = shell.folder / "doors.jsonl"

    exported = await shell.run("export", "--action", "door.*", "--from", "2020-01-01", "--address", "203.0.113.9")
    file.write_text(exported.out)
    trusting = await shell.run("verify", "--file", str(file), AUTHER_DATABASE_URL="", AUTHER_SECRET="")

    assert [json.loads(line).get("position") for line in exported.out.splitlines()] == [None, 1, 2, None]
    assert "2 rows written." in exported.err
    assert "This is a selection" in exported.err
    assert trusting.code == 0, trusting.out
    assert "Signatures were not checked: the secret of the installation is not here." in trusting.out.splitlines()
    assert not (shell.folder / "data").exists()


def test_a_wrong_checkpoint_is_a_mistake_of_the_command_line() -> None:
    for text in ("nonsense", "1", "x:00", "1:xyz"):
        with pytest.raises(typer.BadParameter):
            parse_checkpoint(text)

    assert parse_checkpoint("3:00ff") == Checkpoint(3, b"\x00\xff")
    assert parse_checkpoint(None) is None


def test_problems_are_told_in_words() -> None:
    assert [
        describe_problem(each)
        for each in (
            ChainProblem("rows_missing", 3, until=7),
            ChainProblem("rows_missing", 3, until=3),
            ChainProblem("end_missing", 5, until=6),
            ChainProblem("row_changed", None, "aud_1"),
            ChainProblem("row_out_of_place", 4, "aud_2"),
            ChainProblem("head_changed"),
            ChainProblem("line_unreadable", 9),
        )
    ] == [
        "  Rows 3 to 7 were removed.",
        "  Row 3 was removed.",
        "  Rows 5 to 6 are missing: the end was cut off.",
        "  A row that is not chained yet (aud_1) was changed, or was not written by Auther.",
        "  Row 4 (aud_2) does not follow the row before it: rows were put in another order, removed or replaced.",
        "  The record of the chain's ends was changed.",
        "  Row 9 is no line of an export.",
    ]
