"""Relay connections over keyset pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, NamedTuple, TypeAlias, TypeVar

import strawberry

from app.kit.paging import Page as KitPage
from app.kit.paging import PageRequest

Item = TypeVar("Item")
Count: TypeAlias = Callable[[], Awaitable[int]]

First: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many from the start, 1 to 100; 20 when nothing is said.")
]
After: TypeAlias = Annotated[str | None, strawberry.argument(description="Only what follows this cursor.")]
Last: TypeAlias = Annotated[int | None, strawberry.argument(description="How many from the end, 1 to 100.")]
Before: TypeAlias = Annotated[
    str | None, strawberry.argument(description="With `last`: only what precedes this cursor.")
]


@strawberry.type(description="Where a page of a list begins and ends.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether something follows.")
    has_previous_page: bool = strawberry.field(description="Whether something precedes.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item.")


@strawberry.type(description="An item of a list and its place there.")
class Edge(Generic[Item]):
    node: Item = strawberry.field(description="The item.")
    cursor: str = strawberry.field(description="Its place, for `after` and `before`.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[Item]):
    edges: list[Edge[Item]] = strawberry.field(description="The items with their cursors.")
    nodes: list[Item] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Where the page begins and ends.")

    @strawberry.field(
        description="How many items the whole list has. Counted only when asked for, and only up to 10001."
    )
    @staticmethod
    async def total_count(page: strawberry.Parent[Paged[Any]]) -> int:
        return await page.count()


class PlacedItem(NamedTuple):
    """What stands behind an `Edge`."""

    node: object
    cursor: str


@dataclass(frozen=True, slots=True)
class Paged(Generic[Item]):
    """What stands behind a `Connection`: a page, and how to count the list."""

    page: KitPage[Item]
    count: Count

    @property
    def nodes(self) -> tuple[Item, ...]:
        return self.page.items

    @property
    def edges(self) -> list[PlacedItem]:
        return [PlacedItem(*pair) for pair in zip(self.page.items, self.page.cursors, strict=True)]

    @property
    def page_info(self) -> PageInfo:
        cursors = self.page.cursors
        return PageInfo(
            has_next_page=self.page.has_next,
            has_previous_page=self.page.has_previous,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )


def page_request(first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
    """The page that a field's arguments ask for."""
    return PageRequest(
        *(None if value is strawberry.UNSET else value for value in (first, after, last, before))  # type: ignore[arg-type]
    )
