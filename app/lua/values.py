"""Plain data on its way into Lua and out of it: JSON's, checked and bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final, Protocol, cast

from app.lua.types import Plain

# Bounds of a context: levels, values (of a result as well), and bytes of all texts.
MAX_DEPTH: Final = 16
MAX_VALUES: Final = 10_000
MAX_TEXT_BYTES: Final = 262_144
# A context with more of either takes Lua half a millisecond, or feeds a script that does.
_LARGE_VALUES, _LARGE_TEXT_BYTES = 500, 16_384
_LEAST, _MOST = -(2**63), 2**63 - 1


class Table(Protocol):
    """A table of Lua, as lupa shows it."""

    def items(self) -> Iterator[tuple[object, object]]:
        """Its keys and values."""
        ...


class NotPlain(ValueError):
    """It can not be given to Lua, or taken from it; the text says why."""


class _Allowance:
    """What may still come of one context."""

    __slots__ = ("text_bytes", "values")

    def __init__(self) -> None:
        self.values, self.text_bytes = MAX_VALUES, MAX_TEXT_BYTES

    def spend(self, values: int, text_bytes: int) -> None:
        self.values -= values
        self.text_bytes -= text_bytes
        if self.values < 0 or self.text_bytes < 0:
            raise NotPlain("The context is too large.")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A context that is ready for any number of evaluations.

    Attributes:
        given: a copy that is plain data, and holds no container twice: lupa knows containers by identity, and mixes
            up one that it meets again. None where the context can not be given.
        problem: why it can not; else empty.
        is_large: whether Lua takes so long to take it that no event loop should wait for that.
    """

    given: dict[str, object] | None
    problem: str
    is_large: bool


class Contexts:
    """Contexts of one call, whose equal parts are converted once.

    A part is a dictionary that is a context's own value. It is known by its identity: nobody may change one while
    this lives.
    """

    def __init__(self) -> None:
        self._parts: dict[int, tuple[object, dict[str, object], int, int]] = {}

    def prepare(self, context: Mapping[str, object]) -> Prepared:
        """Check and copy a context: anything that lupa does not know would become an object of Python in Lua."""
        allowance = _Allowance()
        try:
            given = self._copy(context, allowance)
        except NotPlain as error:
            return Prepared(None, str(error), is_large=False)
        values, text_bytes = MAX_VALUES - allowance.values, MAX_TEXT_BYTES - allowance.text_bytes
        return Prepared(given, "", is_large=values > _LARGE_VALUES or text_bytes > _LARGE_TEXT_BYTES)

    def _copy(self, context: Mapping[str, object], allowance: _Allowance) -> dict[str, object]:
        allowance.spend(len(context), 0)
        given: dict[str, object] = {}
        met: set[int] = set()
        for key, value in context.items():
            _check_key(key, allowance)
            if type(value) is dict and id(value) not in met:
                met.add(id(value))
                given[key] = self._copy_part(value, allowance)
            else:
                given[key] = _copy(value, MAX_DEPTH, allowance)
        return given

    def _copy_part(self, part: dict[str, object], allowance: _Allowance) -> dict[str, object]:
        known = self._parts.get(id(part))
        if known is not None:
            allowance.spend(known[2], known[3])
            return known[1]
        values, text_bytes = allowance.values, allowance.text_bytes
        copied = _copy_items(part, MAX_DEPTH - 1, allowance)
        self._parts[id(part)] = part, copied, values - allowance.values, text_bytes - allowance.text_bytes
        return copied


def _copy_items(items: Mapping[str, object], depth: int, allowance: _Allowance) -> dict[str, object]:
    if depth == 0:
        raise NotPlain("The context is nested too deeply.")
    allowance.spend(len(items), 0)
    copied: dict[str, object] = {}
    for key, value in items.items():
        _check_key(key, allowance)
        copied[key] = _copy(value, depth, allowance)
    return copied


def _check_key(key: object, allowance: _Allowance) -> None:
    if type(key) is not str:
        raise NotPlain("A key in the context is not a text.")
    _check_text(key, allowance)


def _copy(value: object, depth: int, allowance: _Allowance) -> object:
    kind = type(value)
    if kind is str:
        _check_text(value, allowance)  # type: ignore[arg-type]
    elif kind is dict:
        return _copy_items(value, depth - 1, allowance)  # type: ignore[arg-type]
    elif kind is list:
        return _copy_list(value, depth - 1, allowance)  # type: ignore[arg-type]
    elif kind is int:
        if not _LEAST <= value <= _MOST:  # type: ignore[operator]
            raise NotPlain("A number in the context has more than 64 bits.")
    elif kind is float:
        if not isfinite(value):  # type: ignore[arg-type]
            raise NotPlain("A number in the context is not finite.")
    elif value is not None and kind is not bool:
        raise NotPlain(f"The context holds a {kind.__name__}, which is not plain data.")
    return value


def _copy_list(values: list[object], depth: int, allowance: _Allowance) -> list[object]:
    if depth == 0:
        raise NotPlain("The context is nested too deeply.")
    allowance.spend(len(values), 0)
    return [_copy(value, depth, allowance) for value in values]


def _check_text(text: str, allowance: _Allowance) -> None:
    if text.isascii():
        allowance.spend(0, len(text))
        return
    try:
        allowance.spend(0, len(text.encode()))
    except UnicodeEncodeError:
        raise NotPlain("A text in the context is not Unicode.") from None


def from_table(table: Table) -> Plain:
    """A table as a list, where its keys are 1 to n, or else as a dictionary.

    Args:
        table: a copy that the sandbox made, so that it is bounded and holds itself nowhere.

    Raises:
        NotPlain: text in it is not UTF-8.
    """
    try:
        return _take(table)
    except UnicodeDecodeError:
        raise NotPlain("The script returned a text that is not UTF-8.") from None


def _take(table: Table) -> Plain:
    taken: dict[object, Plain] = {}
    for key, value in table.items():
        if isinstance(value, bool | int | float | str):
            taken[key] = scalar(value)
        else:
            taken[key] = _take(cast("Table", value))
    if taken and all(type(key) is int for key in taken) and set(taken) == set(range(1, len(taken) + 1)):
        return [taken[index] for index in range(1, len(taken) + 1)]
    return {str(key): value for key, value in taken.items()}


def scalar(value: bool | float | str | None) -> bool | int | float | str | None:
    """The value; None for a number that is not finite, which JSON does not have."""
    return None if isinstance(value, float) and not isfinite(value) else value
