"""The API without a server: documents run in this process, on the database of this machine, as the system."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

import orjson
from pydantic import JsonValue

from app.cli.stores import read_settings, run_in_steps
from app.graph.callers import Credentials
from app.graph.context import Context
from app.graph.documents import InvalidDocument
from app.graph.endpoint import run
from app.graph.errors import describe, show_error
from app.graph.http import Parameters, dump_json
from app.graph.running import prepare
from app.graph.streams import hub
from app.graph.subscriptions import subscribe
from app.graph.watch import Watch
from app.kit.actor import SYSTEM, Origin
from app.kit.errors import AppError
from app.kit.guard import remembering
from app.kit.ids import new_id
from auther_client import Calls, Operations
from auther_client.calls import Body, Request

Result = TypeVar("Result")


def ask_here(work: Callable[[Operations], Awaitable[Result]]) -> Result:
    """Do work with the API on the database of this machine."""

    async def ask() -> Result:
        return await work(Operations(Calls(InProcess())))

    return run_in_steps(ask(), read_settings())


class InProcess:
    """Carries requests to the schema of this program."""

    async def execute(self, request: Request) -> Body:
        """The body of the answer to a query or mutation."""
        request_id = new_id("req")
        context = Context(SYSTEM.at(Origin(request_id=request_id, user_agent="auther")))
        body: dict[str, object]
        try:
            with remembering():
                body = (await run(_parameters(request), context)).show(request_id)
        except InvalidDocument as invalid:
            body = {"errors": [show_error(error, request_id) for error in invalid.errors]}
        except AppError as error:
            body = {"errors": [{"message": error.message, "extensions": describe(error, request_id)}]}
        return _to_json(body)

    async def stream(self, request: Request) -> AsyncIterator[Body]:
        """The bodies that a subscription sends."""
        request_id = new_id("req")
        context = Context(SYSTEM.at(Origin(request_id=request_id, user_agent="auther")))
        operation = prepare(_parameters(request), context)
        async with hub.running():
            watch = Watch(Credentials(context.actor), context)
            async with aclosing(subscribe(operation, watch, request_id)) as bodies:
                async for body in bodies:
                    yield _to_json(body)


def _parameters(request: Request) -> Parameters:
    return Parameters(request.document, request.variables, None)


def _to_json(body: dict[str, object]) -> Body:
    told: dict[str, JsonValue] = orjson.loads(dump_json(body))
    return told
