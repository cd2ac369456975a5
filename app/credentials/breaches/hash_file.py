"""A list in a file: `SHA1:COUNT` a line, ordered by hash, searched where it lies. It may be larger than the memory."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.credentials.breaches import ListUnusable

_LINE: Final = re.compile(rb"([0-9A-Fa-f]{40})(?::([0-9]{1,12}))?\r?")
_MAX_LINE_BYTES: Final = 80
# A file up to this size is read line by line before it is used; of a larger one so many places are looked at.
_READ_WHOLE_BYTES: Final = 1024 * 1024
_SAMPLES: Final = 512


@dataclass(frozen=True, slots=True)
class _Line:
    """From its first byte to the one that ends it; how often its hash was seen."""

    start: int
    end: int
    digest: str
    count: int


def count_in_file(path: Path, digest: str) -> int:
    """How often this hash was seen. It reads a few dozen lines, whatever the size.

    Args:
        digest: as `digest_of` gives it.

    Raises:
        ListUnusable: a line is not as it should be. OSError.
    """
    with path.open("rb", buffering=0) as file:
        low, high = 0, os.fstat(file.fileno()).st_size
        size = high
        while low < high:
            line = _line_at(file.fileno(), (low + high) // 2, size)
            if line.digest == digest:
                return line.count
            if line.digest < digest:
                low = line.end + 1
            else:
                high = line.start
    return 0


def find_file_problem(path: Path) -> str | None:
    """Why this file cannot serve as a list; None when it can, as far as a look at it tells."""
    try:
        with path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            if not size:
                return f"{path} is empty"
            _require_order(
                _all_lines(file.fileno(), size) if size <= _READ_WHOLE_BYTES else _sample(file.fileno(), size)
            )
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    except ListUnusable as error:
        return f"{path}: {error}"
    return None


def _require_order(lines: Iterator[_Line]) -> None:
    before: _Line | None = None
    for line in lines:
        if before is not None and line.start != before.start and line.digest <= before.digest:
            raise ListUnusable("is not ordered by hash; take the list that is, or sort it: LC_ALL=C sort")
        before = line


def _all_lines(file: int, size: int) -> Iterator[_Line]:
    at = 0
    while at < size:
        line = _line_at(file, at, size)
        yield line
        at = line.end + 1


def _sample(file: int, size: int) -> Iterator[_Line]:
    for number in range(_SAMPLES):
        yield _line_at(file, (size - 1) * number // (_SAMPLES - 1), size)


def _line_at(file: int, at: int, size: int) -> _Line:
    """The line that this byte is in."""
    offset = max(0, at - _MAX_LINE_BYTES)
    window = os.pread(file, at - offset + _MAX_LINE_BYTES, offset)
    start = window.rfind(b"\n", 0, at - offset) + 1
    end = window.find(b"\n", at - offset)
    if end < 0:
        end = len(window)
    found = _LINE.fullmatch(window[start:end])
    if found is None:
        raise ListUnusable(f"byte {at} is not in a line such as 40 hexadecimal digits of SHA-1, a colon and a number")
    count = 1 if found[2] is None else int(found[2])
    return _Line(offset + start, min(offset + end, size), found[1].decode().upper(), count)
