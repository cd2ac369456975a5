"""What is kept of the context that a policy saw: bounded, and without secrets. Pure.

The walk stops when its budget is spent, so it takes no longer for a context of a megabyte than for one of some KB.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Final, cast

from app.events.rules import REDACTED, clean_text, names_a_secret
from app.policies.types import Context

# Of the JSON of a context, about.
MAX_BYTES: Final = 4_096
CUT: Final = "[cut]"
_MAX_TEXT: Final = 256
_MAX_KEY: Final = 64
_MAX_DEPTH: Final = 8
# Quotes, a colon and a comma.
_AROUND: Final = 4
_NUMBER_BYTES: Final = 8
_WORD_BYTES: Final = 4
_BRACKETS: Final = 2
_SAFE_INTEGER: Final = 2**53

# No text that is as short and has no `$` looks like a secret.
_SHORT: Final = 20
_KEPT_KEYS: Final = 4_096
# A longer key is no name that somebody gave.
_MAX_NAME: Final = 1_024
# Of a header or a field that is written down as a pair: where its name stands, and where its value does.
_NAME_KEYS: Final = ("name", "Name", "key", "Key", "header", "Header", "field", "Field")
_VALUE_KEYS: Final = frozenset(("value", "values", "val", "content", "data"))
_PAIR: Final = 2


def bound_context(context: Context, most: int = MAX_BYTES) -> dict[str, object]:
    """A JSON copy of about `most` bytes: secrets are replaced by the names of their keys, the rest is cut.

    What is such a copy already is given back as it is.
    """
    return context if isinstance(context, _Bounded) else _Bounded(_Walk(most).copy_mapping(context, 0))


class _Bounded(dict[str, object]):
    """A copy that was made here."""


def _read_key(key: str) -> tuple[str, bool, bool]:
    """What is kept of a key, whether it names a secret, and whether what it holds is named by a key beside it.

    Of a key that is longer than any name is, the value is not kept.
    """
    is_secret = len(key) > _MAX_NAME or names_a_secret(key)
    return clean_text(key[: 2 * _MAX_KEY], _MAX_KEY), is_secret, key.lower() in _VALUE_KEYS


# The same few keys come again and again.
_read_known_key: Final = lru_cache(maxsize=_KEPT_KEYS)(_read_key)


def _is_named_secret(values: Mapping[str, object]) -> bool:
    """Whether this is a secret by name and value, such as `{name: "authorization", value: …}`."""
    names = (values.get(key) for key in _NAME_KEYS)
    return any(_is_secret_name(name) for name in names)


def _is_secret_name(name: object) -> bool:
    return isinstance(name, str) and (len(name) > _MAX_NAME or names_a_secret(name))


class _Walk:
    """One walk over a context and what is left of its budget, in bytes. Whatever it looks at is taken from that."""

    __slots__ = ("_left",)

    def __init__(self, budget: int) -> None:
        self._left = budget

    def copy_mapping(self, values: Mapping[str, object], depth: int) -> dict[str, object]:
        copied: dict[str, object] = {}
        self._left -= _BRACKETS
        for given, value in values.items():
            if self._left <= 0:
                copied[CUT] = len(values) - len(copied)
                break
            key = str(given)
            name, is_secret, is_value = _read_known_key(key) if len(key) <= _MAX_KEY else _read_key(key)
            self._left -= min(len(key), _MAX_NAME) + _AROUND
            if value is None or value is True or value is False:
                self._left -= _WORD_BYTES
                copied[name] = value
            elif is_secret or (is_value and _is_named_secret(values)):
                self._left -= len(REDACTED)
                copied[name] = REDACTED
            else:
                copied[name] = self._copy(value, depth + 1)
        return copied

    def _copy(self, value: object, depth: int) -> object:
        # What JSON gives, first by its very type: an `isinstance` of a mapping costs as much as all of this.
        kind = type(value)
        if kind is str:
            return self._copy_text(cast("str", value))
        if kind is dict and depth <= _MAX_DEPTH:
            return self.copy_mapping(cast("dict[str, object]", value), depth)
        if kind is list and depth <= _MAX_DEPTH:
            return self._copy_list(cast("list[object]", value), depth)
        return self._copy_other(value, depth)

    def _copy_other(self, value: object, depth: int) -> object:
        if value is None or isinstance(value, bool):
            self._left -= _WORD_BYTES
            return value
        if isinstance(value, (int, float)):
            self._left -= _NUMBER_BYTES
            return value if abs(value) <= _SAFE_INTEGER else str(value)
        if depth > _MAX_DEPTH:
            self._left -= len(CUT) + _AROUND
            return CUT
        if isinstance(value, Mapping):
            return self.copy_mapping(value, depth)
        if isinstance(value, list | tuple):
            return self._copy_list(value, depth)
        return self._copy_text(value.isoformat() if isinstance(value, date | datetime) else str(value))

    def _copy_list(self, values: list[object] | tuple[object, ...], depth: int) -> list[object]:
        self._left -= _BRACKETS
        if len(values) == _PAIR and _is_secret_name(values[0]):
            return [self._copy(values[0], depth + 1), REDACTED]
        copied: list[object] = []
        for value in values:
            if self._left <= 0:
                copied.append(CUT)
                break
            copied.append(self._copy(value, depth + 1))
            self._left -= 1
        return copied

    def _copy_text(self, text: str) -> str:
        if len(text) < _SHORT and text.isascii() and text.isprintable() and "$" not in text:
            self._left -= len(text) + _AROUND
            return text
        # Read a little further than is kept, so that a secret is known by its looks when the cut goes through it.
        kept = clean_text(text[: 2 * _MAX_TEXT], _MAX_TEXT)
        self._left -= len(kept.encode()) + _AROUND
        return f"{kept}…" if len(text) > _MAX_TEXT else kept
