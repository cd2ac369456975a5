"""Keyset paging with opaque, signed cursors (Relay connections).

A cursor holds the sort key and id of one row, and is signed for the list it came from, so it
can neither be forged nor carried to another list or order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar, overload

import orjson

from app.kit.crypto import b64url, b64url_decode, is_same
from app.kit.errors import InvalidInput, LimitReached
from app.kit.runtime import keyring

DEFAULT_PAGE = 20
MAX_PAGE = 100
COUNT_BOUND = 10_000
_TAG_BYTES = 12

Item = TypeVar("Item")
Key = tuple[object, ...]


class Direction(Enum):
    ASC = "ASC"
    DESC = "DESC"

    @property
    def reverse(self) -> Direction:
        return Direction.DESC if self is Direction.ASC else Direction.ASC


@dataclass(frozen=True, slots=True)
class Sort:
    """One order of one list.

    Attributes:
        name: unique among the lists, part of the cursor's signature (`users:EMAIL_ASC`).
        columns: SQL expressions, never NULL, the last one unique; compared as one row value.
        casts: PostgreSQL types of the columns, for the cursor's parameters.
        direction: the same for all columns.
    """

    name: str
    columns: tuple[str, ...]
    casts: tuple[str, ...]
    direction: Direction


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`first`/`after` forward or `last`/`before` backward, as Relay says."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @property
    def is_backward(self) -> bool:
        return self.last is not None

    @property
    def size(self) -> int:
        """How many items are wanted, 1..100, 20 by default.

        Raises:
            InvalidInput: `kit_page_conflict`, both directions at once.
            LimitReached: `kit_page_size`, out of range.
        """
        if self.first is not None and self.last is not None:
            raise InvalidInput("kit_page_conflict", "Give either first or last.", field=("first",))
        if (self.after is not None and self.is_backward) or (self.before is not None and not self.is_backward):
            raise InvalidInput("kit_page_conflict", "Use after with first, and before with last.", field=("after",))
        size = self.last if self.last is not None else self.first
        if size is None:
            return DEFAULT_PAGE
        if not 1 <= size <= MAX_PAGE:
            name = "last" if self.is_backward else "first"
            raise LimitReached("kit_page_size", f"A page holds 1 to {MAX_PAGE} items.", field=(name,))
        return size


class Cursors(Sequence[str], Generic[Item]):
    """The cursors of a page, each made and signed when it is asked for: most readers want the first and the last."""

    def __init__(self, sort: Sort, items: Sequence[Item], key_of: Callable[[Item], Key]) -> None:
        self._sort = sort
        self._items = items
        self._key_of = key_of

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cursors) and (self._sort, self._keys()) == (other._sort, other._keys())

    def __hash__(self) -> int:
        return hash((self._sort, self._keys()))

    def _keys(self) -> tuple[Key, ...]:
        return tuple(map(self._key_of, self._items))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return Cursors(self._sort, self._items[index], self._key_of)
        return encode_cursor(self._sort, self._key_of(self._items[index]))


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page, in the list's order. `cursors` has one entry an item."""

    items: tuple[Item, ...]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class Keyset:
    """The SQL of one page: put `where` among the conditions, then `order`, then `limit`."""

    where: str
    args: tuple[object, ...]
    order: str
    limit: int


def keyset(sort: Sort, request: PageRequest, *, first_parameter: int) -> Keyset:
    """SQL for a page; one row more than asked for is read to learn whether there is a next one.

    Args:
        first_parameter: number of the first free `$n` in the caller's statement.

    Raises:
        InvalidInput: `kit_cursor`, the cursor is not one that we made for this list.
        LimitReached: `kit_page_size`.
    """
    limit = request.size + 1
    direction = sort.direction.reverse if request.is_backward else sort.direction
    order = ", ".join(f"{column} {direction.value}" for column in sort.columns)
    cursor = request.before if request.is_backward else request.after
    if cursor is None:
        return Keyset("TRUE", (), order, limit)
    values = decode_cursor(sort, cursor)
    comparison = ">" if direction is Direction.ASC else "<"
    places = ", ".join(f"${first_parameter + n}::text::{cast}" for n, cast in enumerate(sort.casts))
    return Keyset(f"({', '.join(sort.columns)}) {comparison} ({places})", values, order, limit)


def make_page(sort: Sort, request: PageRequest, rows: Sequence[Item], key_of: Callable[[Item], Key]) -> Page[Item]:
    """Cut the extra row off, put the rest in the list's order and give each its cursor."""
    has_more = len(rows) > request.size
    items = tuple(rows[: request.size])
    if request.is_backward:
        items = items[::-1]
    cursors = Cursors(sort, items, key_of)
    if request.is_backward:
        return Page(items, cursors, request.before is not None, has_more)
    return Page(items, cursors, has_more, request.after is not None)


def encode_cursor(sort: Sort, key: Key) -> str:
    """An opaque cursor for the row with this sort key."""
    body = orjson.dumps([_plain(value) for value in key])
    return b64url(_tag(sort, body) + body)


def decode_cursor(sort: Sort, cursor: str) -> tuple[str, ...]:
    """The sort key that a cursor holds, as text.

    Raises:
        InvalidInput: `kit_cursor`, the cursor is not one that we made for this list.
    """
    try:
        raw = b64url_decode(cursor)
        tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if not is_same(_tag(sort, body), tag):
            raise ValueError("signature")
        values = orjson.loads(body)
    except ValueError:
        raise InvalidInput("kit_cursor", "This cursor does not belong to this list.", field=("after",)) from None
    return tuple(values)


def _tag(sort: Sort, body: bytes) -> bytes:
    return keyring().sign(sort.name.encode() + b"\0" + body, purpose="cursor")[:_TAG_BYTES]


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
