"""Changes of tuples and standing checks as streams: nothing is lost, nothing is told to whom it does not concern."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from app.authz.queries.head import Head, raise_floor, read_head
from app.authz.service import changelog, sources
from app.authz.service.follower import following
from app.graph.callers import Credentials
from app.graph.context import Context
from app.graph.http import Parameters
from app.graph.running import prepare
from app.graph.streams import hub
from app.graph.subscriptions import subscribe
from app.graph.watch import Watch
from app.kit import clock
from app.kit.actor import Actor
from app.kit.errors import AppError
from app.kit.sharing import Shared
from tests.authz.graph.application import Application, ask, document, make_application
from tests.graph.support import NOBODY
from tests.support import as_user, commit

PATIENCE = 20


@pytest.fixture(autouse=True)
async def listening(database: None) -> AsyncIterator[None]:
    """Streams hear PostgreSQL."""
    async with hub.running():
        yield


class Stream:
    """A subscription that runs in this process."""

    def __init__(self, bodies: AsyncGenerator[Any, None]) -> None:
        self._bodies = bodies

    async def next(self) -> Any:
        """The next value of its one field."""
        async with asyncio.timeout(PATIENCE):
            body = await anext(self._bodies)
        assert "errors" not in body, body["errors"]
        (value,) = body["data"].values()
        return value

    async def changes(self, count: int) -> list[str]:
        """Kind and entity of the next changes, places alone left out."""
        found: list[str] = []
        while len(found) < count:
            delivery = await self.next()
            if (node := delivery["node"]) is not None:
                found.append(f"{node['kind']} {node['entity']['id']}")
        return found


@asynccontextmanager
async def following_as(actor: Actor, name: str, **variables: Any) -> AsyncIterator[Stream]:
    operation = prepare(Parameters(document(name), variables, None), Context(actor))
    bodies = subscribe(operation, Watch(Credentials(actor), Context(actor)), "test-request")
    async with aclosing(bodies):
        yield Stream(bodies)


async def refusal_of(actor: Actor, name: str, **variables: Any) -> tuple[str, str]:
    """Code and reason of why a stream does not begin."""
    async with following_as(actor, name, **variables) as stream, asyncio.timeout(PATIENCE):
        try:
            body = await anext(stream._bodies)
        except AppError as error:
            return type(error).__name__, error.code
    (error,) = body["errors"]
    return error["extensions"]["code"], error["extensions"]["reason"]


def of(app: Application, **more: str) -> dict[str, str]:
    return {"entityType": app.type("document"), **more}


async def test_changes_come_in_order_with_who_and_why() -> None:
    app = await make_application()
    async with following_as(app.manager, "TuplesChanged", filter=of(app)) as stream:
        start = await stream.next()
        given = {"writes": [app.key("document:7#viewer@user:carl")], "reason": "new"}
        written = await ask("TuplesWrite", app.manager, input=given)
        made = (await stream.next())["node"]
        await app.end("document:7#viewer@user:carl")
        ended = (await stream.next())["node"]

    assert start["node"] is None
    assert (made["kind"], made["entity"]["id"], made["relation"], made["subject"]["id"]) == (
        "CREATED", "7", "viewer", "carl",
    )  # fmt: skip
    assert (made["revision"], made["reason"], made["writtenBy"]["id"]) == (written["revision"], "new", app.manager.id)
    assert made["occurredAt"] is not None
    assert (ended["kind"], ended["tupleId"], ended["writtenBy"]) == ("DELETED", made["tupleId"], None)
    assert int(ended["revision"]) == int(made["revision"]) + 1


async def test_a_reader_goes_on_from_any_place_without_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changelog, "SLICE", 3)
    app = await make_application()
    async with following_as(app.manager, "TuplesChanged", filter=of(app)) as stream:
        cursors = [(await stream.next())["cursor"]]
        await app.write(*(f"document:a{n}#viewer@user:carl" for n in range(5)))
        await app.end("document:a1#viewer@user:carl", "document:a2#viewer@user:carl")
        await app.write("document:a9#viewer@user:carl")
        told = []
        for _ in range(8):
            delivery = await stream.next()
            cursors.append(delivery["cursor"])
            told.append(f"{delivery['node']['kind']} {delivery['node']['entity']['id']}")

    assert told == [
        *(f"CREATED a{n}" for n in range(5)),
        "DELETED a1",
        "DELETED a2",
        "CREATED a9",
    ]
    for number, cursor in enumerate(cursors[:-1]):
        async with following_as(app.manager, "TuplesChanged", filter=of(app), after=cursor) as again:
            assert await again.changes(8 - number) == told[number:]


async def test_a_reader_begins_behind_a_consistency_token() -> None:
    app = await make_application()
    first = await app.write("document:2#viewer@user:carl")
    await app.write("document:3#viewer@user:carl")

    async with following_as(app.admin, "TuplesChanged", after=first.token) as stream:
        assert await stream.changes(1) == ["CREATED 3"]


async def test_another_condition_is_an_end_and_a_beginning() -> None:
    app = await make_application()
    async with following_as(app.manager, "TuplesChanged", filter=of(app)) as stream:
        await stream.next()
        await app.write(f"document:1#viewer@user:{app.ben.id}", condition="in_office")
        ended, begun = (await stream.next())["node"], (await stream.next())["node"]

    assert [(each["kind"], each["condition"]) for each in (ended, begun)] == [
        ("DELETED", None),
        ("CREATED", {"name": "in_office", "context": {}}),
    ]


async def test_a_filter_leaves_the_rest_out() -> None:
    app = await make_application()
    wanted = of(app, relation="owner", subjectId="carl")
    async with following_as(app.manager, "TuplesChanged", filter=wanted) as stream:
        await stream.next()
        await app.write("document:2#viewer@user:carl", "document:2#owner@user:dora", "folder:1#viewer@user:carl")
        await app.write("document:3#owner@user:carl")
        assert await stream.changes(1) == ["CREATED 3"]


async def test_who_may_follow_tuples() -> None:
    app = await make_application()
    plain = as_user(app.ann)

    for wanted in (None, of(app), {"entityType": "users"}):
        assert await refusal_of(plain, "TuplesChanged", filter=wanted) == ("Forbidden", "kit_permission_missing")
        assert await refusal_of(NOBODY, "TuplesChanged", filter=wanted) == ("Unauthenticated", "kit_sign_in_required")
    for wanted in (None, {"entityType": "users"}, {"entityType": "cli_other:document"}):
        assert await refusal_of(app.manager, "TuplesChanged", filter=wanted) == (
            "Forbidden",
            "kit_permission_missing",
        )


async def test_a_place_that_is_not_ours_or_gone_is_refused() -> None:
    app = await make_application()
    old = await app.write("document:2#viewer@user:carl")
    await app.write("document:3#viewer@user:carl")
    await commit(raise_floor(old.revision + 1))

    assert await refusal_of(app.admin, "TuplesChanged", after="nonsense") == ("TokenInvalid", "authz_token_invalid")
    assert await refusal_of(app.admin, "TuplesChanged", after=old.token) == ("RevisionGone", "authz_revision_gone")


async def test_losing_the_permission_ends_the_stream() -> None:
    app = await make_application()
    async with following_as(app.manager, "TuplesChanged", filter=of(app)) as stream:
        await stream.next()
        await app.end(f"clients:{app.client_id}#admin@user:{app.manager.id}")
        with pytest.raises(AppError) as caught:
            await stream.next()

    assert caught.value.code == "kit_permission_missing"


async def test_a_standing_check_tells_when_its_answer_changes() -> None:
    app = await make_application()
    ben = as_user(app.ben)
    async with following_as(ben, "CheckChanged", input=app.question(None, "edit")) as stream:
        seen = [(await stream.next())["decision"]]
        await app.write("document:5#owner@user:nobody")
        written = await app.write(f"document:1#owner@user:{app.ben.id}")
        answer = await stream.next()
        seen.append(answer["decision"])
        await app.end(f"document:1#owner@user:{app.ben.id}")
        seen.append((await stream.next())["decision"])

    assert seen == ["DENIED", "ALLOWED", "DENIED"]
    assert answer["checkedAt"] == written.token


async def test_a_standing_check_follows_the_clock() -> None:
    app = await make_application()
    soon = clock.now() + timedelta(seconds=0.5)
    await app.write("document:4#viewer@user:carl", starts_at=soon, expires_at=soon + timedelta(seconds=1))
    question = app.question("user:carl", "read", "document:4")

    async with following_as(app.manager, "CheckChanged", input=question) as stream:
        assert [(await stream.next())["decision"] for _ in range(3)] == ["DENIED", "ALLOWED", "DENIED"]


async def test_a_standing_check_of_what_means_nothing_says_so() -> None:
    app = await make_application()

    async with following_as(app.manager, "CheckChanged", input=app.question(app.ann, "fly")) as stream:
        assert (await stream.next())["problem"]["code"] == "authz_action_unknown"


async def test_who_may_have_a_standing_check() -> None:
    app = await make_application()
    question = app.question(app.ben, "read")

    assert await refusal_of(as_user(app.ann), "CheckChanged", input=question) == ("Forbidden", "kit_permission_missing")
    assert await refusal_of(NOBODY, "CheckChanged", input=question) == ("Unauthenticated", "kit_sign_in_required")


async def test_many_standing_checks_read_once_when_something_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    heads = 0

    async def count_head() -> Head:
        nonlocal heads
        heads += 1
        return await read_head()

    monkeypatch.setattr(sources, "_heads", Shared(timedelta(minutes=5)))
    monkeypatch.setattr(sources, "read_head", count_head)
    app = await make_application()
    async with following() as follower, AsyncExitStack() as stack:
        await follower.catch_up()
        opened = [following_as(as_user(app.ben), "CheckChanged", input=app.question(None, "edit")) for _ in range(20)]
        streams = [await stack.enter_async_context(each) for each in opened]
        first = [(await each.next())["decision"] for each in streams]
        heads = 0
        await app.write(f"document:1#owner@user:{app.ben.id}")
        second = await asyncio.gather(*(each.next() for each in streams))
        counted = heads

    assert first == ["DENIED"] * 20
    assert [each["decision"] for each in second] == ["ALLOWED"] * 20
    # Once for each change that is heard of, those of the preparation included; never once for each stream.
    assert 1 <= counted < 20
