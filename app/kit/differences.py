"""How two texts differ, in a time that no pair of them can stretch. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

# Lines that differ, of either text: looking for what they share takes time by the square of it.
MAX_COMPARED: Final = 300
_CONTEXT: Final = 3

# What difflib calls an opcode: a word, from and to in the one, from and to in the other.
_Step = tuple[str, int, int, int, int]


def diff_texts(before: str, after: str) -> str:
    """The unified difference of two texts, empty when they are equal.

    Where more than `MAX_COMPARED` lines of one lie between what both begin and end with, all of it is replaced.
    """
    one, other = before.splitlines(), after.splitlines()
    if one == other:
        return ""
    head = _count_same(one, other)
    tail = _count_same(one[head:][::-1], other[head:][::-1])
    # The lines around what differs are context, so they stay.
    begin, around = max(0, head - _CONTEXT), min(tail, _CONTEXT)
    kept_one = one[begin : len(one) - tail + around]
    kept_other = other[begin : len(other) - tail + around]
    hunks = _find_hunks(kept_one, kept_other, head - begin, around)
    lines = (line for hunk in hunks for line in _write(hunk, kept_one, kept_other, begin))
    return "\n".join(("--- before", "+++ after", *lines))


def _count_same(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _find_hunks(one: list[str], other: list[str], head: int, tail: int) -> Iterator[Sequence[_Step]]:
    if max(len(one), len(other)) - head - tail <= MAX_COMPARED:
        return iter(difflib.SequenceMatcher(None, one, other).get_grouped_opcodes(_CONTEXT))
    end_one, end_other = len(one) - tail, len(other) - tail
    steps = (
        ("equal", 0, head, 0, head),
        ("replace", head, end_one, head, end_other),
        ("equal", end_one, len(one), end_other, len(other)),
    )
    return iter((steps,))


def _write(hunk: Sequence[_Step], one: list[str], other: list[str], offset: int) -> Iterator[str]:
    first, last = hunk[0], hunk[-1]
    ranges = (first[1] + offset, last[2] + offset), (first[3] + offset, last[4] + offset)
    yield f"@@ -{_name_range(*ranges[0])} +{_name_range(*ranges[1])} @@"
    for word, from_one, to_one, from_other, to_other in hunk:
        if word == "equal":
            yield from (f" {line}" for line in one[from_one:to_one])
            continue
        yield from (f"-{line}" for line in one[from_one:to_one])
        yield from (f"+{line}" for line in other[from_other:to_other])


def _name_range(start: int, stop: int) -> str:
    count = stop - start
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"
