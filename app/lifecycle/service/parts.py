"""What other rooms know of a person, and what of it moves in a merge. `app.wiring` ties them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeVar

from app.kit.paging import MAX_PAGE, Page, PageRequest
from app.lifecycle.types import MergePart, Part

Row = TypeVar("Row")
ReadPage = Callable[[Sequence[str], PageRequest], Awaitable[Mapping[str, Page[Row]]]]
ReadOnePage = Callable[[str, PageRequest], Awaitable[Page[Row]]]

known_parts: Final[dict[str, Part]] = {}
merge_parts: Final[dict[str, MergePart]] = {}


def tell_in_export(name: str, part: Part) -> None:
    """Put what a room knows of a person into exports, under this name. Tying a name again replaces it."""
    known_parts[name] = part


def move_in_merge(name: str, part: MergePart) -> None:
    """Move what a room has of a person when accounts are merged. Tying a name again replaces it."""
    merge_parts[name] = part


def paged(read: ReadPage[Row]) -> Part:
    """A part from what reads the same page for several users."""

    async def read_one(user_id: str, page: PageRequest) -> Page[Row]:
        return (await read([user_id], page))[user_id]

    return paged_by(read_one)


def paged_by(read: ReadOnePage[Row], show: Callable[[str, Row], object | None] = lambda _, row: row) -> Part:
    """A part from what reads a page of one user's; `show` gets the user's id and a row, None leaves it out."""

    async def part(user_id: str) -> AsyncIterator[tuple[object, ...]]:
        after: str | None = None
        has_more = True
        while has_more:
            page = await read(user_id, PageRequest(first=MAX_PAGE, after=after))
            yield tuple(shown for row in page.items if (shown := show(user_id, row)) is not None)
            has_more, after = page.has_next, page.cursors[-1] if page.cursors else None

    return part


def listed(read: Callable[[str], Awaitable[Sequence[object]]]) -> Part:
    """A part from what reads all of one user's, where that is little."""

    async def part(user_id: str) -> AsyncIterator[tuple[object, ...]]:
        yield tuple(await read(user_id))

    return part
