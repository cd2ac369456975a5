"""One call of the API: variables are written, the answer is read, streams go on after an interruption."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from auther_client.errors import ConnectionFailed, Unavailable, UnexpectedAnswer, read_error
from auther_client.models import Result

Body = Mapping[str, JsonValue]
ResultT = TypeVar("ResultT", bound=Result)
Item = TypeVar("Item")

# A stream that breaks so often without one item in between is given up.
STREAM_ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=0.5)
_LONGEST_WAIT = timedelta(seconds=20)
_ANYTHING: TypeAdapter[object] = TypeAdapter(object)


@dataclass(frozen=True, slots=True)
class Request:
    """One operation to run. `variables` are JSON."""

    document: str
    variables: Mapping[str, JsonValue]

    @property
    def is_repeatable(self) -> bool:
        """Whether running it twice does no more than once: reads, and writes with an idempotency key."""
        if not self.document.lstrip().startswith("mutation"):
            return True
        given = self.variables.get("input")
        return isinstance(given, dict) and bool(given.get("idempotencyKey"))


class Transport(Protocol):
    """What carries requests to a server."""

    async def execute(self, request: Request) -> Body:
        """The body of the answer to a query or mutation."""

    def stream(self, request: Request) -> AsyncIterator[Body]:
        """The bodies that a subscription sends, to its end."""


class Calls:
    """Runs documents and gives typed results."""

    def __init__(self, transport: Transport, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._transport = transport
        self._sleep = sleep

    async def run(self, document: str, variables: Mapping[str, object], into: type[ResultT]) -> ResultT:
        """Run a query or mutation.

        Raises:
            ApiError: the server refused; ConnectionFailed, UnexpectedAnswer.
        """
        return _read(await self._transport.execute(Request(document, _write(variables))), into)

    async def follow(
        self,
        document: str,
        variables: Mapping[str, object],
        into: type[ResultT],
        *,
        pick: Callable[[ResultT], Item],
        cursor: Callable[[ResultT], str] | None = None,
    ) -> AsyncGenerator[Item, None]:
        """Run a subscription. After an interruption it goes on from the last cursor, or begins again without one.

        Raises:
            ApiError, ConnectionFailed, UnexpectedAnswer: it cannot go on.
        """
        sent, failures = dict(_write(variables)), 0
        while True:
            try:
                async for body in self._transport.stream(Request(document, dict(sent))):
                    data, failures = _read(body, into), 0
                    if cursor is not None:
                        sent["after"] = cursor(data)
                    yield pick(data)
                return
            except (ConnectionFailed, Unavailable) as error:
                failures += 1
                if failures >= STREAM_ATTEMPTS:
                    raise
                await self._sleep(_wait_after(error, failures))


def _wait_after(error: Exception, failures: int) -> float:
    told = error.retry_after if isinstance(error, Unavailable) else None
    grown = _FIRST_WAIT * 2 ** (failures - 1)
    return min(told or grown, _LONGEST_WAIT).total_seconds()


def _write(variables: Mapping[str, object]) -> dict[str, JsonValue]:
    return {name: _to_json(value) for name, value in variables.items() if value is not None}


def _to_json(value: object) -> JsonValue:
    if isinstance(value, BaseModel):
        told: JsonValue = value.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return told
    if isinstance(value, list | tuple):
        return [_to_json(each) for each in value]
    written: JsonValue = _ANYTHING.dump_python(value, mode="json")
    return written


def _read(body: Body, into: type[ResultT]) -> ResultT:
    errors, data = body.get("errors"), body.get("data")
    if isinstance(errors, list) and errors:
        raise read_error(errors, data)
    try:
        return into.model_validate(data)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, each["loc"])) for each in error.errors(include_input=False)[:5])
        raise UnexpectedAnswer(f"The server's answer is not as its schema said: {places}.") from error
