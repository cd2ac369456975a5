"""Every method against the real API: what it gives is what the server says."""

from __future__ import annotations

import inspect
import typing
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.applications import Starlette

from app.events.service import seal_chain
from app.kit.actor import SYSTEM
from app.sessions.service import begin_session, end_session
from auther_client import ApiError, Forbidden, Operations, Unauthenticated, accepted, connect
from auther_client.generated.inputs import AuditEventFilter, UserBanInput, UserCreateInput
from auther_codegen.names import parameter, snake
from tests.graph.live import Live, serving
from tests.graph.test_callers import make_token
from tests.graph.test_documents import Stage, build_stage, variables_for
from tests.graph.test_mutations import OWN
from tests.sdk.support import OPERATIONS
from tests.sdk.test_generated import arguments_for
from tests.support import as_user, commit, make_admin, make_user

# Refusals that say that the document itself, or this client, is wrong.
OUR_FAULT = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "INTERNAL", "TIMEOUT", "UNAUTHENTICATED", "FORBIDDEN"}


@pytest.fixture
async def live(app: Starlette, database: None) -> AsyncIterator[Live]:
    async with serving(app) as running:
        yield running


@asynccontextmanager
async def signed_in(live: Live, *, is_admin: bool = True) -> AsyncIterator[tuple[Operations, str]]:
    """The API as an operator or a plain user, and the session behind it."""
    user = await (make_admin("operator@example.com") if is_admin else make_user("plain@example.com"))
    new = await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    async with connect(live.url, key=await make_token(user, new.session.id, is_first_party=True)) as api:
        yield api, new.session.id


def to_arguments(name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Variables as a method takes them; what is required and missing is made up."""
    hints = typing.get_type_hints(getattr(Operations, snake(name)), include_extras=True)
    given = {parameter(each): value for each, value in variables.items()}
    typed = {each: TypeAdapter(hints[each]).validate_python(value) for each, value in given.items()}
    return {**arguments_for(name), **typed}


async def call(api: Operations, name: str, stage: Stage) -> Any:
    operation = OPERATIONS[name]
    method = getattr(api, snake(name))
    arguments = to_arguments(name, variables_for(f"{operation.room}/{name}.graphql", stage))
    outcome = method(**arguments)
    if not inspect.isasyncgen(outcome):
        return await outcome
    async with aclosing(outcome):
        return await anext(outcome)


async def refusal_of(work: Awaitable[Any]) -> str | None:
    """The code of the error that a call ends with, if it does."""
    try:
        await work
    except ApiError as error:
        return error.code
    return None


@pytest.mark.parametrize("room", sorted({operation.room for operation in OPERATIONS.values()}))
async def test_every_method_is_answered(live: Live, room: str) -> None:
    stage = await build_stage(as_user(await make_admin()), range(3))

    refusals: dict[str, str | None] = {}
    async with signed_in(live) as (api, _):
        for name in [name for name, operation in OPERATIONS.items() if operation.room == room]:
            refusals[name] = await refusal_of(call(api, name, stage))

    # That there is nothing to stop is told in the payload.
    assert refusals.pop("ImpersonationStop", None) is None
    own = {name for name in refusals if f"{name[0].lower()}{name[1:]}" in OWN}
    # A person changes these in a session of their own; a token of an application may not.
    assert {refusals.pop(name) for name in own} <= {"FORBIDDEN"}
    assert {name: code for name, code in refusals.items() if code in OUR_FAULT} == {}


async def test_what_was_written_can_be_read(live: Live) -> None:
    async with signed_in(live) as (api, _):
        made = accepted(await api.user_create(UserCreateInput(email="ada@example.com", name="Ada"))).user
        assert made is not None
        accepted(await api.user_ban(UserBanInput(id=made.id, reason="spam")))

        found = await api.user(made.id)
        trail = await api.audit_events(first=1)

    assert found is not None
    assert (found.email, found.status, found.ban and found.ban.reason) == ("ada@example.com", "BANNED", "spam")
    assert found.created_at == made.created_at
    assert (trail.nodes[0].action, trail.nodes[0].target_id) == ("user.banned", made.id)


async def test_a_stream_tells_what_happens_and_ends_with_the_session(live: Live) -> None:
    await commit(seal_chain())
    async with signed_in(live) as (api, session_id), AsyncExitStack() as stack:
        events = await stack.enter_async_context(
            aclosing(api.audit_events_stream(filter=AuditEventFilter(action="user.created")))
        )
        start = await anext(events)
        accepted(await api.user_create(UserCreateInput(email="ada@example.com")))
        await commit(seal_chain())
        event = await anext(events)
        while event.node is None:
            event = await anext(events)
        await commit(end_session(SYSTEM, session_id))

        with pytest.raises(Unauthenticated):
            [each async for each in events]

    assert start.node is None
    assert event.node.action == "user.created"


async def test_a_refusal_names_the_permission(live: Live) -> None:
    async with signed_in(live, is_admin=False) as (api, _):
        with pytest.raises(Forbidden) as caught:
            await api.users()

    assert (caught.value.reason, caught.value.permission) == ("kit_permission_missing", "users.view")


async def test_nobody_is_told_so(live: Live) -> None:
    async with connect(live.url) as api:
        with pytest.raises(Unauthenticated):
            await api.users()
    async with connect(live.url, key="forged") as api:
        with pytest.raises(Unauthenticated) as caught:
            await api.users()

    assert "forged" not in str(caught.value)
