"""Tuples on Auther's own types name users, clients and keys that exist; those of applications may be ahead of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextvars import Context
from typing import TypeVar

import pytest

from app.api_keys.service import delete_key
from app.authz.errors import SubjectUnknown
from app.authz.service import grant_relation, write_tuples
from app.authz.service.strangers import SUBJECTS_OF
from app.authz.types import ChangeKind, RelationTuple, TupleKey, TupleWrite
from app.clients.service import delete_client
from app.clients.types import ClientKind
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.users.service import delete_user, register_user
from app.users.types import NewUser
from tests.api_keys.support import make_key
from tests.authz.people import exist, give
from tests.authz.store.support import changes, problems, refuse, save_app, standing, touch, tuples, write
from tests.clients.support import make_client
from tests.support import commit, counted_statements, make_user

ROLES = ("platform", "users", "groups", "clients", "webhooks", "pipelines", "api_keys", "keys", "sessions")
Result = TypeVar("Result")
RELATIONS = {"webhooks": "editor", "pipelines": "editor"}


def role(type_name: str, subject_type: str, subject_id: str, entity_id: str = "*", relation: str = "") -> RelationTuple:
    named = relation or RELATIONS.get(type_name, "admin")
    return RelationTuple(TupleKey(type_name, entity_id, named, subject_type, subject_id))


def member(group: str, subject_type: str, subject_id: str) -> RelationTuple:
    return RelationTuple(TupleKey("group", group, "member", subject_type, subject_id))


def told(found: list[AppError]) -> list[tuple[str, tuple[str, ...], str]]:
    return [(each.code, tuple(each.field), each.message) for each in found]


@pytest.mark.parametrize("type_name", ROLES)
@pytest.mark.parametrize(
    ("subject_type", "kind"), [("user", "user"), ("client", "client"), ("apikey", "API key")], ids=["u", "c", "k"]
)
async def test_nobody_who_does_not_exist_is_given_a_role(type_name: str, subject_type: str, kind: str) -> None:
    wanted = role(type_name, subject_type, "nobody")

    assert told(await refuse(touch=(wanted,))) == [
        ("authz_subject_unknown", ("touch", "0", "subject"), f"{wanted.key}: there is no {kind} nobody.")
    ]
    await give(wanted)
    assert await standing() == [str(wanted.key)]


async def test_nobody_who_does_not_exist_joins_a_group() -> None:
    await exist("user:ann")
    ann, bob, key = member("staff", "user", "ann"), member("staff", "user", "bob"), member("staff", "apikey", "key_1")

    assert problems(await refuse(touch=(ann, bob), create=(key,))) == [
        ("authz_subject_unknown", ("touch", "1", "subject")),
        ("authz_subject_unknown", ("create", "0", "subject")),
    ]
    await write(touch=(ann,))


async def test_an_id_of_another_kind_is_nobody() -> None:
    user = await make_user()

    assert problems(await refuse(touch=(role("keys", "client", user.id), role("keys", "apikey", user.id)))) == [
        ("authz_subject_unknown", ("touch", "0", "subject")),
        ("authz_subject_unknown", ("touch", "1", "subject")),
    ]


@pytest.mark.parametrize(("type_name", "subject_type"), sorted(SUBJECTS_OF.items()))
async def test_what_does_not_exist_is_nothing_to_have_rights_on(type_name: str, subject_type: str) -> None:
    await exist("user:ann")
    wanted = role(type_name, "user", "ann", "nothing")

    (problem,) = await refuse(touch=(wanted,))

    assert (problem.code, tuple(problem.field)) == ("authz_entity_unknown", ("touch", "0", "entity"))
    assert problem.message.startswith(f"{wanted.key}: there is no ")
    await exist(f"{subject_type}:nothing")
    await write(touch=(wanted,))


async def test_usersets_and_everything_are_named_as_before() -> None:
    await save_app()
    staff = TupleKey("users", "*", "viewer", "group", "staff", "member")

    await write(touch=(RelationTuple(staff), *tuples("document:1#viewer@user:*", "document:1#viewer@team:red#member")))

    assert len(await standing()) == 3


async def test_applications_write_tuples_for_people_who_come_later() -> None:
    await save_app()

    await touch("document:1#viewer@user:later", "team:red#member@user:later")

    assert len(await standing()) == 2


async def test_they_may_want_the_people_to_be_there() -> None:
    await save_app()
    await exist("user:ann")
    wanted = tuples("document:1#viewer@user:ann", "document:1#viewer@user:bob", "document:1#viewer@team:red#member")

    assert told(await refuse(touch=wanted, subjects_must_exist=True)) == [
        ("authz_subject_unknown", ("touch", "1", "subject"), f"{wanted[1].key}: there is no user bob.")
    ]
    assert problems(await refuse(touch=wanted, subjects_must_exist=True, dry_run=True)) == [
        ("authz_subject_unknown", ("touch", "1", "subject"))
    ]
    await write(touch=(wanted[0], wanted[2], *tuples("document:2#viewer@user:*")), subjects_must_exist=True)
    assert len(await standing()) == 3


async def test_whoever_is_gone_gets_nothing_and_is_taken_everything() -> None:
    user, key = await make_user(), await make_key(await make_user("owner@example.com"))
    client = await make_client(ClientKind.MACHINE)
    await exist("user:boss")
    given = [
        *(role("keys", *each) for each in (("user", user.id), ("apikey", key.key.id), ("client", client.id))),
        *(role(*each) for each in (("users", "user", "boss", user.id), ("api_keys", "user", "boss", key.key.id))),
        role("clients", "user", "boss", client.id),
    ]
    await write(touch=tuple(given))

    await commit(delete_user(SYSTEM, user.id))
    await commit(delete_key(SYSTEM, key.key.id))
    await commit(delete_client(SYSTEM, client.id))

    assert await standing() == []
    assert {code for code, _ in problems(await refuse(touch=tuple(given)))} == {
        "authz_subject_unknown",
        "authz_entity_unknown",
    }


async def test_what_stands_for_nobody_can_be_ended() -> None:
    wanted = role("keys", "user", "ann")
    await give(wanted)
    await exist("user:ann")

    assert (await write(delete=(role("keys", "user", "nobody").key, wanted.key))).deleted == (wanted.key,)


async def test_who_is_made_in_the_same_unit_of_work_is_there() -> None:
    async def enter() -> str:
        user = await register_user(SYSTEM, NewUser(email="new@example.com"))
        await grant_relation(SYSTEM, role("keys", "user", user.id).key)
        return user.id

    user_id = await commit(enter())

    assert await standing() == [f"keys:*#admin@user:{user_id}"]


async def test_one_statement_asks_for_all_and_none_when_there_is_nobody_to_ask_for() -> None:
    await save_app()
    many = [f"{kind}:{kind}_{n}" for kind in ("user", "client", "apikey") for n in range(20)]
    await exist(*many)

    async def asked(*wanted: RelationTuple, subjects_must_exist: bool = False) -> int:
        with counted_statements() as statements:
            await write(touch=wanted, subjects_must_exist=subjects_must_exist)
        return len([each for each in statements if "NOT EXISTS" in each])

    named = [each.split(":") for each in many]
    assert await asked(*(role("keys", kind, each) for kind, each in named)) == 1
    assert await asked(*tuples("document:1#viewer@user:bob")) == 0
    assert await asked(*tuples("document:1#viewer@team:red#member"), subjects_must_exist=True) == 0
    assert await asked(RelationTuple(TupleKey("users", "*", "viewer", "group", "g", "member"))) == 0
    assert await asked(*tuples("document:2#viewer@user:user_1"), subjects_must_exist=True) == 1


@pytest.mark.parametrize("is_deleted_first", [True, False])
async def test_a_deletion_and_a_write_at_once_leave_nothing_dangling(is_deleted_first: bool) -> None:
    for number in range(10):
        user = await make_user(f"user{number}@example.com")
        wanted = (role("keys", "user", user.id), member("staff", "user", user.id))
        deletion, writes = commit(delete_user(SYSTEM, user.id)), [write(touch=(each,)) for each in wanted]

        works = [deletion, *writes] if is_deleted_first else [*writes, deletion]
        results = await asyncio.gather(*works, return_exceptions=True)

        refusals = {each.code for each in results if isinstance(each, AppError)}
        assert refusals <= {"authz_subject_unknown"}
        assert not [each for each in results if isinstance(each, BaseException) and not isinstance(each, AppError)]
        assert await standing() == []


async def waiting(work: Awaitable[Result]) -> asyncio.Task[Result]:
    """Work in a unit of work of its own, begun, which waits for a lock that ours holds."""
    task = asyncio.create_task(commit(work), context=Context())
    while not await db.fetch_value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
        assert not task.done()
    return task


async def test_a_write_that_waits_for_a_deletion_sees_it() -> None:
    user = await make_user()

    async with unit_of_work():
        await delete_user(SYSTEM, user.id)
        task = await waiting(write_tuples(SYSTEM, TupleWrite(touch=(role("keys", "user", user.id),))))

    with pytest.raises(SubjectUnknown):
        await task
    assert await standing() == []


async def test_a_deletion_that_waits_for_a_write_ends_what_it_wrote() -> None:
    user = await make_user()

    async with unit_of_work():
        await write_tuples(SYSTEM, TupleWrite(touch=(role("keys", "user", user.id),)))
        task = await waiting(delete_user(SYSTEM, user.id))

    await task
    assert await standing() == []
    assert [each.kind for each in await changes()] == [ChangeKind.CREATED, ChangeKind.DELETED]
