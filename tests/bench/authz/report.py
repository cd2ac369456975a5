"""Figures, as JSON and as the tables of `docs/benchmarks.md`."""

from __future__ import annotations

import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psutil

from tests.bench.authz.timing import ROUNDS, number

_DOCS = Path(__file__).parents[3] / "docs" / "benchmarks.md"
MEASURED = "measured"
_BEGIN, _END = "<!-- authz figures: begin -->", "<!-- authz figures: end -->"


@dataclass(frozen=True)
class Figure:
    """One figure: the median of its rounds.

    Attributes:
        part: the table that it goes into; `what` its row, `column` where in the row.
        includes: what exactly was timed.
        note: what stands beside it.
    """

    part: str
    what: str
    column: str
    value: float | None
    unit: str
    note: str = ""
    includes: str = ""
    rounds: tuple[float, ...] = field(default=())

    @property
    def named(self) -> str:
        """What the note on it calls it: its column, or its row where the column says nothing."""
        return self.what if self.column == MEASURED else self.column

    def text(self) -> str:
        """The value as the tables show it."""
        if self.value is None:
            return self.note
        unit = self.unit if self.unit.startswith("/") or not self.unit else f" {self.unit}"
        return f"{number(self.value)}{unit}" + (f", {self.note}" if self.note else "")


class Report:
    """All figures of a run, printed as they come."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)
        print(f"{figure.part:<24} {figure.what:<44} {figure.column:<30} {figure.text()}", flush=True)

    def rounds(
        self,
        part: str,
        what: str,
        column: str,
        values: Sequence[float],
        unit: str,
        *,
        note: str = "",
        includes: str = "",
    ) -> None:
        """A figure that is the median of rounds."""
        self.add(Figure(part, what, column, median(values), unit, note, includes, tuple(values)))

    def write(self, path: Path) -> None:
        """Everything as JSON."""
        found = {
            "machine": machine(),
            "command": command(),
            "rounds": ROUNDS,
            "figures": [asdict(each) for each in self.figures],
        }
        path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")

    def markdown(self) -> str:
        """The tables, one a part, and below each what its figures include."""
        told = machine()
        head = (
            f"{told['date']}, {told['cores']} cores ({told['processor']}), {told['memory_gib']} GiB, {told['system']}, "
            f"Python {told['python']}, at {told['commit']}; `ROUNDS={ROUNDS} {command()}`."
        )
        parts = dict.fromkeys(each.part for each in self.figures)
        return "\n\n".join([head, *(self._table(part) for part in parts)]) + "\n"

    def _table(self, part: str) -> str:
        figures = [each for each in self.figures if each.part == part]
        columns = list(dict.fromkeys(each.column for each in figures))
        cells = {(each.what, each.column): each.text() for each in figures}
        rows = [
            f"| {what} | " + " | ".join(cells.get((what, column), "") for column in columns) + " |"
            for what in dict.fromkeys(each.what for each in figures)
        ]
        notes = [
            f"- {'; '.join(names)}: {includes}."
            for includes, names in _grouped((each.includes, each.named) for each in figures if each.includes)
        ]
        table = [f"| {part} | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|", *rows]
        return "\n".join(table) + ("\n\n" + "\n".join(notes) if notes else "")

    def write_docs(self) -> None:
        """Put the tables between their marks in `docs/benchmarks.md`."""
        text = _DOCS.read_text("utf-8")
        before, _, rest = text.partition(_BEGIN)
        _, _, after = rest.partition(_END)
        _DOCS.write_text(f"{before}{_BEGIN}\n{self.markdown()}{_END}{after}", "utf-8")


def _grouped(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    found: dict[str, dict[str, None]] = {}
    for key, value in pairs:
        found.setdefault(key, {})[value] = None
    return [(key, list(values)) for key, values in found.items()]


def command() -> str:
    return shlex.join(["python", "-m", "tests.bench.authz", *sys.argv[1:]])


def machine() -> dict[str, object]:
    """Where and when this runs."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "processor": names[0] if names else platform.machine(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "commit": commit.stdout.strip() or "?",
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
