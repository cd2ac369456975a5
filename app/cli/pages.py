"""Lists of the API, page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import typer

from app.cli.output import Columns, Printer

Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)

MAX_PAGE = 100
LIMIT = typer.Option(100, "--limit", min=1, help="Show so many.")


class PageInfo(Protocol):
    """Where a page ends."""

    @property
    def has_next_page(self) -> bool: ...
    @property
    def end_cursor(self) -> str | None: ...


class Page(Protocol[Item_co]):
    """One page of a list."""

    @property
    def nodes(self) -> Sequence[Item_co]: ...
    @property
    def page_info(self) -> PageInfo: ...


@dataclass(frozen=True, slots=True)
class NoPage:
    """The page of a list that is not there."""

    nodes: tuple[()] = ()
    has_next_page: bool = False
    end_cursor: str | None = None

    @property
    def page_info(self) -> PageInfo:
        """Nothing follows."""
        return self


@dataclass(frozen=True, slots=True)
class Found(Generic[Item]):
    """The first items of a list, and whether there are more."""

    items: Sequence[Item]
    has_more: bool


async def collect(read: Callable[[int, str | None], Awaitable[Page[Item]]], limit: int) -> Found[Item]:
    """The first `limit` items of a list.

    Args:
        read: gives the page of so many items after a cursor.
    """
    items: list[Item] = []
    after: str | None = None
    while True:
        page = await read(min(MAX_PAGE, limit - len(items)), after)
        items += page.nodes
        if not page.page_info.has_next_page or len(items) >= limit:
            return Found(items[:limit], page.page_info.has_next_page)
        after = page.page_info.end_cursor


def show_found(out: Printer, found: Found[Item], columns: Columns[Item]) -> None:
    """Print a list, and say whether it goes on."""
    out.show_list(found.items, columns)
    if found.has_more:
        out.remark("There are more; see them with --limit.")
