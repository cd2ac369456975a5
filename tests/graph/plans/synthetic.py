"""A schema with every kind of field, values of every kind of wrongness for it, and documents that ask for them.

Values are made by chance, the same for each run of a document: resolvers that fail, wait or give what does not fit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Generator
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Annotated, Any, NewType

import strawberry
from graphql import ExecutionResult
from strawberry import ID, UNSET, Info, Parent
from strawberry.schema.config import StrawberryConfig

from app.graph.documents import Documents, Prepared
from app.graph.executor import PlanningExecutor
from app.graph.limits import Limits

Odd = NewType("Odd", object)
LIMITS = Limits(depth=20, aliases=2_000, tokens=5_000, cost=10**9)


class Refused(Exception):
    """What resolvers raise."""


class Later:
    """Something to be awaited that can be awaited again: gives a value, or raises it, after some turns of the loop."""

    def __init__(self, turns: int, value: object) -> None:
        self.turns, self.value = turns, value

    def __await__(self) -> Generator[Any, None, object]:
        for _ in range(self.turns):
            yield from asyncio.sleep(0).__await__()
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class Row:
    """What stands behind a `Thing`; some attributes may be missing."""

    def __init__(self, values: dict[str, object]) -> None:
        self.__dict__.update(values)


class Mark:
    """What stands behind a `Mark`: an implementation of `Being` that is not a `Row`."""

    def __init__(self, identifier: object) -> None:
        self.id = identifier


@dataclass
class Calls:
    """The context of a run: which resolvers ran on what, in their order."""

    made: list[tuple[str, object]] = field(default_factory=list)


def odd_out(value: object) -> object:
    """Writes some values down, gives nothing for some, and refuses others."""
    if isinstance(value, int) and value % 3 == 0:
        raise ValueError(f"{value} is a multiple of three")
    return None if value == "nothing" else [value]


ODD = strawberry.scalar(name="Odd", serialize=odd_out, parse_value=lambda value: ("odd", value))


@strawberry.enum
class Colour(Enum):
    RED = strawberry.enum_value("red")
    GREEN = strawberry.enum_value("green", name="VERT")
    ONE = strawberry.enum_value(1)


@strawberry.interface
class Being:
    id: ID


@strawberry.type(name="Mark")
class MarkType(Being):
    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, Mark)


@strawberry.input
class Size:
    width: int
    unit: str | None = UNSET
    colours: list[Colour] = strawberry.field(default_factory=list)


@strawberry.input
class Question:
    text: str
    size: Size | None = None
    sizes: list[Size] | None = UNSET
    odd: Odd | None = UNSET
    colour: Colour = Colour.RED


def call(info: Info[Calls, None], name: str, source: object, *given: object) -> object:
    """The value that stands behind a resolver, as it is or raised."""
    info.context.made.append((name, given))
    value = source.__dict__.get(name)
    if isinstance(value, Refused):
        raise value
    return value


async def wait(info: Info[Calls, None], name: str, source: object, *given: object) -> Any:
    """The same for an asynchronous resolver."""
    value = call(info, name, source, *given)
    return await value if isinstance(value, Later) else value


Times = Annotated[int, strawberry.argument(description="How often.")]


@strawberry.type
class Thing(Being):
    text: str
    maybe_text: str | None
    number: int | None
    whole: int
    real: float | None
    flag: bool
    colour: Colour | None
    sure_colour: Colour
    odd: Odd | None
    texts: list[str]
    grid: list[list[int | None] | None] | None
    child: Thing | None
    sure_child: Thing
    children: list[Thing | None] | None
    sure_children: list[Thing]
    being: Being | None
    beings: list[Being]

    @strawberry.field
    def sync_text(self, info: Info[Calls, None], times: Times = 1) -> str | None:
        return call(info, "sync_text", self, times)  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    def sure_sync(row: Parent[Row], info: Info[Calls, None]) -> str:
        return call(info, "sure_sync", row)  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    def bare(row: Parent[Row]) -> list[str] | None:
        return row.texts  # type: ignore[attr-defined,no-any-return]

    @strawberry.field
    async def slow_text(self, info: Info[Calls, None], colour: Colour | None = None) -> str | None:
        return await wait(info, "slow_text", self, colour)  # type: ignore[no-any-return]

    @strawberry.field
    @staticmethod
    async def sure_slow(row: Parent[Row], info: Info[Calls, None]) -> int:
        return await wait(info, "sure_slow", row)  # type: ignore[no-any-return]

    @strawberry.field(graphql_type=list[list[str | None]])
    async def slow_grid(self, info: Info[Calls, None]) -> object:
        return await wait(info, "slow_grid", self)

    @strawberry.field
    def sync_child(self, info: Info[Calls, None]) -> Thing | None:
        return call(info, "sync_child", self)  # type: ignore[return-value]

    @strawberry.field
    async def slow_child(self, info: Info[Calls, None]) -> Thing:
        return await wait(info, "slow_child", self)  # type: ignore[no-any-return]

    @strawberry.field
    async def slow_children(self, info: Info[Calls, None]) -> list[Thing | None]:
        return await wait(info, "slow_children", self)  # type: ignore[no-any-return]

    @strawberry.field
    async def slow_beings(self, info: Info[Calls, None]) -> list[Being | None] | None:
        return await wait(info, "slow_beings", self)  # type: ignore[no-any-return]

    @strawberry.field
    async def echo(self, info: Info[Calls, None], question: Question | None = UNSET) -> str:
        return str(call(info, "echo", self, repr(question)) or question)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, Row)


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, info: Info[Calls, None]) -> Thing | None:
        return call(info, "thing", self)  # type: ignore[return-value]

    @strawberry.field
    async def things(self, info: Info[Calls, None]) -> list[Thing]:
        return await wait(info, "slow_children", self)  # type: ignore[no-any-return]

    @strawberry.field
    async def being(self, info: Info[Calls, None]) -> Being | None:
        return await wait(info, "being", self)  # type: ignore[no-any-return]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def change(self, info: Info[Calls, None], times: int) -> Thing | None:
        return await wait(info, "slow_child", self, times)  # type: ignore[no-any-return]

    @strawberry.mutation
    def set(self, info: Info[Calls, None], text: str = "none") -> str:
        return call(info, "sure_sync", self, text)  # type: ignore[return-value]


schema = strawberry.Schema(
    query=Query, mutation=Mutation, types=[MarkType], config=StrawberryConfig(scalar_map={Odd: ODD})
)
graphql_schema = schema._schema
documents = Documents(graphql_schema)

_TEXTS = ("a", "b", "", 5, 2.5, None, ("x",), b"bytes", Refused("as a value"))
_NUMBERS = (1, 0, -7, 2**31, True, 2.0, 2.5, "3", "three", None, Refused("as a value"))
_REALS = (1.5, 2, float("inf"), float("nan"), "4", True, None)
_FLAGS = (True, False, 1, 0, "yes", None)
_COLOURS = (*Colour, "red", "blue", 1, True, 1.0, None, ["red"], Refused("as a value"))
_ODDS = (1, 3, "some", "nothing", {"a": 1}, None, Refused("as a value"))
_PLAIN = {
    "id": _TEXTS, "text": _TEXTS, "maybe_text": _TEXTS, "number": _NUMBERS, "whole": _NUMBERS, "real": _REALS,
    "flag": _FLAGS, "colour": _COLOURS, "sure_colour": _COLOURS, "odd": _ODDS, "sync_text": _TEXTS,
    "sure_sync": _TEXTS, "slow_text": _TEXTS, "sure_slow": _NUMBERS, "echo": _TEXTS,
}  # fmt: skip
_LISTS = {"texts": _TEXTS, "grid": _NUMBERS, "slow_grid": _TEXTS}
_OBJECTS = ("child", "sure_child", "being", "sync_child", "slow_child", "thing")
_OBJECT_LISTS = ("children", "sure_children", "beings", "slow_children", "slow_beings")

_POOL = 3


class Maker:
    """Makes values by chance. `wrongness` is how often one is not what is expected, 0 to 1."""

    def __init__(self, chance: Random, wrongness: float) -> None:
        self._chance, self._wrongness = chance, wrongness
        # Rows below others come from a few of each depth.
        self._pools: dict[int, list[Row]] = {}

    def row(self, depth: int) -> Row:
        """A row with everything below it, some attributes missing."""
        values: dict[str, object] = {name: self._one(those) for name, those in _PLAIN.items()}
        values |= {name: self._list(those, 2 if "grid" in name else 1) for name, those in _LISTS.items()}
        values |= {name: self._twisted(self._object(depth)) for name in _OBJECTS}
        values |= {name: self._objects(depth) for name in _OBJECT_LISTS}
        return Row({name: value for name, value in values.items() if not self._is_wrong(0.2)})

    def _is_wrong(self, part: float = 1.0) -> bool:
        return self._chance.random() < self._wrongness * part

    def _one(self, those: tuple[object, ...]) -> object:
        return self._twisted(self._chance.choice(those) if self._is_wrong() else those[0])

    def _list(self, those: tuple[object, ...], levels: int) -> object:
        if levels == 0:
            return self._one(those)
        items = [self._list(those, levels - 1) for _ in range(self._chance.randrange(3))]
        return self._twisted(self._chance.choice((items, tuple(items))))

    def _object(self, depth: int) -> object:
        if depth == 0:
            return None
        if self._is_wrong():
            return Mark(self._one(_TEXTS))
        if depth not in self._pools:
            self._pools[depth] = [self.row(depth - 1) for _ in range(_POOL)]
        return self._chance.choice(self._pools[depth])

    def _objects(self, depth: int) -> object:
        return self._twisted([self._twisted(self._object(depth)) for _ in range(self._chance.randrange(3))])

    def _twisted(self, value: object) -> object:
        """The value; or something to be awaited for it, an error, nothing, or a thing that it cannot be."""
        if not self._is_wrong(0.4):
            return value
        turns = self._chance.randrange(4)
        refused = Refused(f"number {self._chance.randrange(100)}")
        kinds = (None, refused, Later(turns, value), Later(turns, refused), object, value, "a text", ())
        return self._chance.choice(kinds)


def prepare(source: str) -> Prepared:
    """A document, made ready."""
    return documents.prepare(source, LIMITS)


async def run(
    prepared: Prepared, root: object, variables: dict[str, Any], *, planned: bool
) -> tuple[ExecutionResult, list[tuple[str, object]]]:
    """Run a document of one operation; the result and the calls of resolvers."""
    (operation,) = prepared.operations.values()
    coerced = operation.coerce(variables)
    assert not isinstance(coerced, list), coerced
    calls = Calls()
    executor = PlanningExecutor.begin(graphql_schema, operation, coerced, calls)
    executor.root_value = root
    if planned:
        assert executor.plan is not None
    else:
        executor.plan = None
    running = executor.execute_operation()
    result = await running if isinstance(running, Awaitable) else running
    # What is settled in the background may still call resolvers.
    while executor.background_futures:
        await asyncio.gather(*executor.background_futures, return_exceptions=True)
    assert isinstance(result, ExecutionResult)
    return result, calls.made


def describe(result: ExecutionResult) -> str:
    """Everything that a caller could see of a result, with the order of keys and errors."""
    errors = [
        (error.message, error.path, error.locations, error.extensions, repr(error.original_error))
        for error in result.errors or ()
    ]
    return f"{result.data!r} {errors!r}"
