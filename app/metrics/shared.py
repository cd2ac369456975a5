"""A directory in which the server processes of one installation keep their numbers.

Each process has two files: `<name>.numbers`, a block of 64-bit floats that it maps, and `<name>.series`, a line of
JSON for each series: metric, values, place. A process holds a lock on its numbers as long as it lives, so what is not
locked is of one that is gone.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import orjson

from app.metrics.types import Declaration, Kind, Series

NUMBER_BYTES: Final = 8
# Numbers of one process: room for some forty histograms with labels, 2 MiB.
CAPACITY: Final = 262_144
_SIZE_BYTES: Final = CAPACITY * NUMBER_BYTES
_NUMBERS, _SERIES, _LOCK = ".numbers", ".series", "lock"


def prepare_directory(directory: Path) -> None:
    """An empty directory that only we can read."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700, parents=True)


@contextmanager
def locked(directory: Path, *, is_shared: bool) -> Iterator[None]:
    """Nobody comes or goes in the block; readers do not wait for each other."""
    with (directory / _LOCK).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX)
        yield


class OwnFiles:
    """The files of this process. Made under the directory's lock."""

    def __init__(self, directory: Path) -> None:
        stem = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._series = (directory / f"{stem}{_SERIES}").open("ab", buffering=0)
        self._held = (directory / f"{stem}{_NUMBERS}").open("w+b")
        fcntl.flock(self._held, fcntl.LOCK_EX)
        _allocate(self._held.fileno())
        self.numbers: memoryview[float] = memoryview(mmap.mmap(self._held.fileno(), _SIZE_BYTES)).cast("d")

    def note(self, name: str, values: tuple[str, ...], at: int) -> None:
        """Let readers know of a series."""
        self._series.write(orjson.dumps((name, values, at)) + b"\n")

    def close(self) -> None:
        """Let go of the files, which stay as those of a process that is gone."""
        self._series.close()
        # The mapping holds the file open for longer.
        fcntl.flock(self._held, fcntl.LOCK_UN)
        self._held.close()


def read_all(directory: Path, metrics: Mapping[str, Declaration]) -> list[Series]:
    """The series of every process, one after the other; of those that are gone what they counted."""
    found: list[Series] = []
    with locked(directory, is_shared=True):
        for path in sorted(directory.glob(f"*{_NUMBERS}")):
            is_gone = _is_abandoned(path)
            found += [each for each in _read(path, metrics) if not is_gone or each.metric.kind is not Kind.GAUGE]
    return found


def take_over(directory: Path, metrics: Mapping[str, Declaration]) -> list[Series]:
    """The series of processes that are gone; their files go, too. Under the directory's lock."""
    found: list[Series] = []
    for path in sorted(directory.glob(f"*{_NUMBERS}")):
        if _is_abandoned(path):
            found += _read(path, metrics)
            path.unlink()
            path.with_suffix(_SERIES).unlink(missing_ok=True)
    return found


def _allocate(descriptor: int) -> None:
    """Take the space now: a mapped file that finds the disk full later kills its process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, _SIZE_BYTES)
    else:
        os.ftruncate(descriptor, _SIZE_BYTES)


def _is_abandoned(path: Path) -> bool:
    with path.open("rb") as asked, suppress(BlockingIOError):
        fcntl.flock(asked, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return True
    return False


def _read(path: Path, metrics: Mapping[str, Declaration]) -> Iterator[Series]:
    numbers = path.read_bytes()
    if len(numbers) != _SIZE_BYTES:
        return
    block = memoryview(numbers).cast("d")
    # The line after the last line break is one that is being written.
    for line in path.with_suffix(_SERIES).read_bytes().split(b"\n")[:-1]:
        name, values, at = orjson.loads(line)
        metric = metrics.get(name)
        if metric is not None:
            yield Series(metric, tuple(values), tuple(block[at : at + metric.width]))
