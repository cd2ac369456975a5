"""Several processes with one directory: sums, processes that end, processes that come."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.metrics.cells import Cells
from app.metrics.instruments import Counter, Gauge, Histogram
from app.metrics.rules import sum_up
from app.metrics.shared import prepare_directory, read_all
from app.metrics.types import Merge

# What each process of these tests does: it declares the same metrics, joins, counts, says so, and waits for its end.
_PROCESS = """
import sys
from pathlib import Path
from app.metrics.cells import Cells
from tests.metrics.test_processes import Metrics
held = Cells()
metrics = Metrics(held)
metrics.note(int(sys.argv[2]))
held.join(Path(sys.argv[1]))
metrics.note(int(sys.argv[2]))
print("ready", flush=True)
sys.stdin.read()
"""


class Metrics:
    """The metrics of the tests."""

    def __init__(self, held: Cells) -> None:
        self.things = Counter("test.things", "Things.", ("kind",), held=held)
        self.time = Histogram("test.time_ms", "Time.", bounds=(1, 10), held=held)
        self.size = Gauge("test.size", "Size.", merge=Merge.SUM, held=held)
        self.age = Gauge("test.age", "Age.", merge=Merge.MAX, held=held)

    def note(self, amount: int) -> None:
        self.things.of("all").add(amount)
        self.things.of(f"of {amount}\n").add()
        self.time.of().observe(amount)
        self.size.of().set(amount)
        self.age.of().set(amount)


class Processes:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.running: list[subprocess.Popen[str]] = []

    def start(self, amount: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", _PROCESS, str(self.directory), str(amount)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def end(self, process: subprocess.Popen[str]) -> None:
        """As a power cut would."""
        process.kill()
        process.communicate()
        self.running.remove(process)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    prepare_directory(tmp_path / "metrics")
    started = Processes(tmp_path / "metrics")
    yield started
    for process in [*started.running]:
        started.end(process)


def read(directory: Path) -> dict[tuple[str, ...], tuple[float, ...]]:
    held = Cells()
    Metrics(held)
    return {(each.metric.name, *each.values): each.numbers for each in sum_up(read_all(directory, held.metrics))}


def test_a_reader_sees_the_sums_of_all_processes(processes: Processes) -> None:
    processes.start(3)
    processes.start(20)

    assert read(processes.directory) == {
        ("test_age",): (20,),
        ("test_size",): (23,),
        ("test_things", "all"): (46,),
        ("test_things", "of 20\n"): (2,),
        ("test_things", "of 3\n"): (2,),
        ("test_time_ms",): (46, 0, 2, 2),
    }


def test_of_a_process_that_is_gone_counts_stay_and_gauges_do_not(processes: Processes) -> None:
    processes.start(3)
    processes.end(processes.start(20))

    told = read(processes.directory)

    assert told["test_things", "all"] == (46,)
    assert told["test_time_ms",] == (46, 0, 2, 2)
    assert (told["test_size",], told["test_age",]) == ((3,), (3,))


def test_a_new_process_takes_over_from_one_that_is_gone(processes: Processes) -> None:
    for amount in (1, 2, 4):
        processes.end(processes.start(amount))
    processes.start(8)

    told = read(processes.directory)

    assert told["test_things", "all"] == (30,)
    assert told["test_things", "of 4\n"] == (2,)
    assert (told["test_size",], told["test_age",]) == ((8,), (8,))
    assert len([*processes.directory.glob("*.numbers")]) == len([*processes.directory.glob("*.series")]) == 1


def test_what_is_left_of_an_earlier_start_is_cleared_away(processes: Processes) -> None:
    processes.end(processes.start(5))

    prepare_directory(processes.directory)

    assert read(processes.directory) == {}
    assert processes.directory.stat().st_mode & 0o777 == 0o700


def test_a_series_that_is_being_written_is_not_read_yet(processes: Processes) -> None:
    processes.start(5)
    (file,) = processes.directory.glob("*.series")
    with file.open("ab") as torn:
        torn.write(b'["test_things",["ha')

    assert read(processes.directory)["test_things", "all"] == (10,)


def test_metrics_that_the_reader_does_not_know_are_left_out(processes: Processes) -> None:
    processes.start(5)

    assert read_all(processes.directory, {}) == []


def test_series_keep_working_when_their_process_joins_and_leaves(processes: Processes) -> None:
    held = Cells()
    metrics = Metrics(held)
    series = metrics.things.of("all")
    series.add(1)
    held.join(processes.directory)
    series.add(1)
    seen = read(processes.directory)["test_things", "all"]
    held.leave()
    series.add(1)

    assert seen == (2,)
    assert [each.numbers for each in held.list_series() if each.values == ("all",)] == [(3,)]
    assert read(processes.directory)["test_things", "all"] == (2,)
