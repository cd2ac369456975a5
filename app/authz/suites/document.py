"""YAML with its lines, read with bounds: on size, depth and what aliases expand to; tags are refused.

Scalars are those of YAML 1.2: `no` and `2026-01-01` are text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import yaml

from app.authz.suites.errors import SuiteInvalid
from app.authz.suites.types import Place

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_DEPTH: Final = 64
# Values in a document, those that aliases repeat counted each time.
MAX_VALUES: Final = 500_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]{1,30}(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


@dataclass(frozen=True, slots=True)
class Item:
    """A value of a document, with what may be expected of it. Every method refuses what is of another shape."""

    node: Any
    file: str

    @property
    def at(self) -> Place:
        """Where it begins."""
        return Place(self.file, self.node.start_mark.line + 1)

    @property
    def first_line(self) -> Place:
        """Where its text begins: that of a block starts below its `|`."""
        is_block = isinstance(self.node, yaml.ScalarNode) and self.node.style in ("|", ">")
        return Place(self.file, self.at.line + is_block)

    def refuse(self, reason: str) -> NoReturn:
        """Raises: SuiteInvalid, with the line of this value."""
        raise SuiteInvalid(reason, file=self.file, line=self.at.line)

    def pairs(self) -> list[tuple[Item, Item]]:
        """Keys and values of a mapping, in order; nothing for null."""
        if self.is_null():
            return []
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse("Expected names with values here.")
        found: list[tuple[Item, Item]] = []
        seen: set[str] = set()
        for key, value in self.node.value:
            name = Item(key, self.file)
            if name.text() in seen:
                name.refuse(f"`{name.text()}` stands twice here.")
            seen.add(name.text())
            found.append((name, Item(value, self.file)))
        return found

    def fields(self, known: Collection[str], *, needed: Collection[str] = ()) -> dict[str, Item]:
        """The values of a mapping by name, those that are null left out; no other names may stand in it."""
        for key, _ in self.pairs():
            if key.text() not in known:
                key.refuse(f"`{key.text():.64}` is not known here; expected {', '.join(sorted(known))}.")
        return self.some_fields(needed)

    def some_fields(self, needed: Collection[str]) -> dict[str, Item]:
        """The values of a mapping by name, those that are null left out, whatever else stands in it."""
        found = {key.text(): value for key, value in self.pairs() if not value.is_null()}
        for name in needed:
            if name not in found:
                self.refuse(f"`{name}` is missing here.")
        return found

    def entries(self) -> list[Item]:
        """The values of a sequence; nothing for null."""
        if self.is_null():
            return []
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse("Expected a list here.")
        return [Item(each, self.file) for each in self.node.value]

    def text(self) -> str:
        """A scalar as it is written."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.refuse("Expected a text here.")
        return str(self.node.value)

    def flag(self) -> bool:
        """`true` or `false`."""
        value = self.value()
        if not isinstance(value, bool):
            self.refuse("Expected `true` or `false` here.")
        return value

    def is_null(self) -> bool:
        """Whether nothing stands here."""
        return isinstance(self.node, yaml.ScalarNode) and _scalar(self.node) is None

    def is_sequence(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def is_mapping(self) -> bool:
        """Whether it has names with values."""
        return isinstance(self.node, yaml.MappingNode)

    def value(self) -> Any:
        """What JSON would have here."""
        if isinstance(self.node, yaml.ScalarNode):
            return _scalar(self.node)
        if isinstance(self.node, yaml.SequenceNode):
            return [each.value() for each in self.entries()]
        return {key.text(): value.value() for key, value in self.pairs()}

    def record(self) -> dict[str, Any]:
        """A mapping of what JSON would have here."""
        return {key.text(): value.value() for key, value in self.pairs()}


def read_document(text: str, file: str) -> Item:
    """The one document of a text. `file` names it in errors.

    Raises:
        SuiteInvalid: it is no YAML, or exceeds a bound; with the line.
    """
    if len(text) > MAX_BYTES:
        raise SuiteInvalid(f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB.", file=file)
    try:
        _Bounds(file).follow(yaml.parse(text, Loader=_LOADER))
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise SuiteInvalid(f"This is no YAML: {error.problem}.", file=file, line=line) from error
    except yaml.YAMLError as error:
        raise SuiteInvalid("This is no YAML: it holds characters that may not be in it.", file=file) from error
    if node is None:
        raise SuiteInvalid("There is nothing in this file.", file=file)
    return Item(node, file)


class _Bounds:
    """Counts values and depth over the events of a document, without recursion and before anything is built."""

    def __init__(self, file: str) -> None:
        self._file = file
        # Of each collection that is open: its anchor, the values in it, the depth below it.
        self._open: list[tuple[str | None, int, int]] = [(None, 0, 0)]
        self._anchors: dict[str, tuple[int, int]] = {}

    def follow(self, events: Iterator[Any]) -> None:
        for event in events:
            line = event.start_mark.line + 1
            if getattr(event, "tag", None) not in (None, "!"):
                self._refuse(f"Tags such as `{event.tag:.40}` are not read.", line)
            if isinstance(event, yaml.CollectionStartEvent):
                self._open.append((event.anchor, 0, 0))
            elif isinstance(event, yaml.CollectionEndEvent):
                anchor, values, depth = self._open.pop()
                self._add(anchor, values + 1, depth + 1, line)
            elif isinstance(event, yaml.ScalarEvent):
                self._add(event.anchor, 1, 1, line)
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in self._anchors:
                    self._refuse(f"`*{event.anchor:.64}` stands for nothing that is complete above.", line)
                self._add(None, *self._anchors[event.anchor], line)
            if len(self._open) > MAX_DEPTH:
                self._refuse(f"Values nest deeper than {MAX_DEPTH} levels here.", line)

    def _add(self, anchor: str | None, values: int, depth: int, line: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (values, depth)
        of, before, deepest = self._open[-1]
        self._open[-1] = (of, before + values, max(deepest, depth))
        if before + values > MAX_VALUES:
            self._refuse(f"There are more than {MAX_VALUES} values.", line)
        if len(self._open) + depth > MAX_DEPTH:
            self._refuse(f"Values nest deeper than {MAX_DEPTH} levels here.", line)

    def _refuse(self, reason: str, line: int) -> NoReturn:
        raise SuiteInvalid(reason, file=self._file, line=line)


def _scalar(node: Any) -> str | int | float | bool | None:
    text = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
