"""What a regular expression costs. The library's engine is linear, yet compiles each pattern at each call.

Measured: a state of the automaton takes a microsecond to compile and a fiftieth for each character searched; `\\w` and
other classes of Unicode have hundreds of states.
"""

from __future__ import annotations

import re
from functools import lru_cache

# States of one pattern: about ten milliseconds.
MAX_PRICE = 10_000
MAX_PATTERN_CHARACTERS = 1_000
CHARACTERS_PER_STATE = 50

_UNICODE_STATES, _DIGIT_STATES, _DOT_STATES, _CLASS_STATES = 250, 60, 3, 3
_CASE_FACTOR = 3
_GROUP = re.compile(r"\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*(?P<end>[:)])))?")
_ESCAPE = re.compile(r"\\(?:[pPxuU]\{[^}]*\}|[pP].|.|$)", re.DOTALL)
_REPEAT = re.compile(r"\{\s*([0-9]+)\s*(?:,\s*([0-9]*)\s*)?\}")
_FLAGS = re.compile(r"\(\?[a-zA-Z]*(?:(?P<space>x)|(?P<case>i))")


@lru_cache(maxsize=1024)
def price_of(pattern: str) -> int:
    """States of its automaton, about; more than MAX_PRICE: do not run it."""
    flags = [found.lastgroup for found in _FLAGS.finditer(pattern)]
    if len(pattern) > MAX_PATTERN_CHARACTERS or "space" in flags:
        return MAX_PRICE + 1
    return (1 + _Pricer(pattern).price()) * (_CASE_FACTOR if "case" in flags else 1)


class _Pricer:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def price(self) -> int:
        """The sum of all atoms, each as often as it is repeated."""
        totals, last = [0], 0
        while self._at < len(self._pattern):
            character = self._pattern[self._at]
            if character == "(":
                last = self._open(totals)
            elif character == ")" and len(totals) > 1:
                self._at += 1
                last = totals.pop() + 1
                totals[-1] += last
            elif repeat := _REPEAT.match(self._pattern, self._at):
                self._at = repeat.end()
                times = max(int(repeat[1][:6]), int((repeat[2] or "0")[:6]), 1)
                totals[-1] += last * (times - 1)
                last *= times
            else:
                last = self._atom(character)
                totals[-1] += last
        return sum(totals)

    def _open(self, totals: list[int]) -> int:
        found = _GROUP.match(self._pattern, self._at)
        self._at = found.end() if found else self._at + 1
        if not found or found["end"] != ")":
            totals.append(0)
        return 0

    def _atom(self, character: str) -> int:
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        self._at += 1
        return _DOT_STATES if character == "." else 0 if character in "*+?|^$" else 1

    def _escape(self) -> int:
        found = _ESCAPE.match(self._pattern, self._at)
        text = found[0] if found else "\\"
        self._at += len(text)
        if text[1:2] in "wWsSpPbB":
            return _UNICODE_STATES
        return _DIGIT_STATES if text[1:2] in "dD" else 1

    def _class(self) -> int:
        total, depth = _CLASS_STATES, 0
        while self._at < len(self._pattern):
            character = self._pattern[self._at]
            if character == "\\":
                total += self._escape()
                continue
            self._at += 1
            depth += (character == "[") - (character == "]")
            if depth == 0:
                break
        return total
