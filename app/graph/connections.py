"""Relay connections over keyset pages.

A room writes `@connection(Connection[Thing], …)` over a resolver that takes `page: PageRequest`; the API shows
`first`, `after`, `last` and `before` instead.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Generic, NamedTuple, TypeAlias, TypeVar

import strawberry

from app.graph.context import Info
from app.graph.directives import Requires
from app.kit.paging import Page as KitPage
from app.kit.paging import PageRequest

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)
Count: TypeAlias = Callable[[], Awaitable[int]]
Resolver: TypeAlias = Callable[..., Awaitable[object]]

First: TypeAlias = Annotated[
    int | None,
    strawberry.argument(description="How many from the start, 1 to 100; 20 when nothing is said. Example: `50`"),
]
After: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="Only what follows this cursor, from `pageInfo.endCursor`. "
        'Example: `"Qmx1ZVdoYWxlWyIyMDI2LTAxLTMxIl0"`'
    ),
]
Last: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many from the end, 1 to 100. Example: `50`")
]
Before: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="With `last`: only what precedes this cursor, from `pageInfo.startCursor`. "
        'Example: `"Qmx1ZVdoYWxlWyIyMDI2LTAxLTMxIl0"`'
    ),
]
_RELAY_ARGUMENTS = {"first": First, "after": After, "last": Last, "before": Before}
_PAGE = "page"


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


def connection(kind: object, *, description: str, requires: str | None = None) -> Callable[[Any], Any]:
    """A field that is a page of a list.

    Args:
        kind: the connection's type.
        requires: the permission that the field asks for, shown by `@requires`.

    Returns:
        A decorator for a coroutine function (or a static method) with a parameter `page: PageRequest`.
    """
    directives = [Requires(permission=requires)] if requires else []

    def declare(resolver: Any) -> Any:
        return strawberry.field(
            resolver=_with_relay_arguments(resolver),
            description=description,
            graphql_type=kind,
            directives=directives,
        )

    return declare


def page_request(first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
    """The page that a field's arguments ask for."""
    return PageRequest(
        *(None if value is strawberry.UNSET else value for value in (first, after, last, before))  # type: ignore[arg-type]
    )


async def load_page(
    info: Info,
    fetch: Callable[..., Awaitable[Mapping[Key, KitPage[Item]]]],
    count: Callable[..., Awaitable[Mapping[Key, int]]],
    key: Key,
    *arguments: Hashable,
    page: PageRequest,
) -> Paged[Item]:
    """A page of what hangs from a key; the same page of several keys comes in one call. Call a guard before.

    Args:
        fetch: takes all keys, then `arguments` and the page.
        count: takes all keys, then `arguments`.
    """
    loaders = info.context.loaders
    found = await loaders.load(fetch, key, *arguments, page)

    async def count_all() -> int:
        return await loaders.load(count, key, *arguments) or 0

    return Paged(found or KitPage((), (), has_next=False, has_previous=False), count_all)


def _with_relay_arguments(resolver: Any) -> Any:
    if isinstance(resolver, staticmethod):
        return staticmethod(_with_relay_arguments(resolver.__func__))

    @wraps(resolver)
    async def resolve(*args: Any, **arguments: Any) -> Any:
        asked = (arguments.pop(name, None) for name in _RELAY_ARGUMENTS)
        return await resolver(*args, page=page_request(*asked), **arguments)

    resolve.__signature__ = _show_relay_arguments(inspect.signature(resolver))  # type: ignore[attr-defined]
    return resolve


def _show_relay_arguments(signature: inspect.Signature) -> inspect.Signature:
    """The signature with Relay's arguments in the place of `page`, and what has a default behind the rest."""
    shown: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        kinds = _RELAY_ARGUMENTS.items() if name == _PAGE else [(name, parameter.annotation)]
        default = strawberry.UNSET if name == _PAGE else parameter.default
        shown += [parameter.replace(name=each, annotation=kind, default=default) for each, kind in kinds]
    shown.sort(key=lambda each: each.default is not inspect.Parameter.empty)
    return signature.replace(parameters=shown)
