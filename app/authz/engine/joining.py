"""A reader for many questions that are asked side by side: what they look up at once is one round trip."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from app.authz.engine.lookups import Fact, Holding, Lookup, TupleReader
from app.authz.errors import WorkExceeded

Asked = TypeVar("Asked")
Answer = Sequence[Sequence[Fact]]


class JoiningReader:
    """Joins the calls of tasks that run together. It answers as the reader below it does."""

    def __init__(self, reader: TupleReader) -> None:
        self._lookups = _Joint(reader.read)
        self._holdings = _Joint(reader.read_holdings)

    async def read(self, lookups: Sequence[Lookup]) -> Answer:
        """The facts of each lookup.

        Raises:
            WorkExceeded: one of these lookups gives too many.
        """
        return await self._lookups.ask(lookups)

    async def read_holdings(self, holdings: Sequence[Holding]) -> Answer:
        """The facts of each holding.

        Raises:
            WorkExceeded: one of these holdings gives too many.
        """
        return await self._holdings.ask(holdings)


class _Joint(Generic[Asked]):
    def __init__(self, read: Callable[[Sequence[Asked]], Awaitable[Answer]]) -> None:
        self._read = read
        self._waiting: list[tuple[Sequence[Asked], asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, asked: Sequence[Asked]) -> Answer:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._task is None or self._task.done():
            # It begins after all tasks that are ready now have asked.
            self._task = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            try:
                found = await self._read([each for asked, _ in waiting for each in asked])
            except WorkExceeded:
                await self._run_apart(waiting)
                continue
            start = 0
            for asked, future in waiting:
                future.set_result(found[start : start + len(asked)])
                start += len(asked)
            await asyncio.sleep(0)

    async def _run_apart(self, waiting: Sequence[tuple[Sequence[Asked], asyncio.Future[Answer]]]) -> None:
        """One of them asks for too much: the others shall not suffer."""
        for asked, future in waiting:
            try:
                future.set_result(await self._read(asked))
            except WorkExceeded as error:
                future.set_exception(error)
