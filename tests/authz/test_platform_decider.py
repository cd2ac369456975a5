"""Who holds platform permissions: super admins all of them, everybody else none."""

from __future__ import annotations

import asyncio

import pytest

from app.authz.service import (
    PlatformDecider,
    forget_subject,
    grant_relation,
    list_super_admins,
    revoke_relation,
    super_admin,
)
from app.authz.types import TupleKey
from app.kit import db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.errors import Forbidden
from app.kit.guard import ALL_PERMISSIONS, guard, has_permission, remembering
from app.users.service import create_user, delete_user, find_user
from app.users.types import NewUser
from tests.support import (
    as_user,
    assert_needs,
    commit,
    counted_statements,
    make_admin,
    make_user,
    read_audit,
    read_everything,
    read_outbox,
)

KEY = TupleKey("document", "7", "viewer", "user", "usr_1")


async def permissions_of(actor: Actor) -> frozenset[str]:
    return await PlatformDecider().permissions_of(actor)


async def test_a_super_admin_holds_every_permission_in_one_statement() -> None:
    admin = await make_admin()

    with counted_statements() as statements:
        assert await permissions_of(as_user(admin)) == ALL_PERMISSIONS

    assert len(statements) == 1


async def test_nobody_else_holds_any() -> None:
    admin, plain = await make_admin(), await make_user("plain@example.com")

    for actor in (
        ANONYMOUS,
        as_user(plain),
        Actor(ActorKind.CLIENT, admin.id),
        Actor(ActorKind.API_KEY, admin.id),
        Actor(ActorKind.USER, None),
        Actor(ActorKind.USER, "*"),
        Actor(ActorKind.USER, admin.id.upper()),
    ):
        assert await permissions_of(actor) == frozenset()


@pytest.mark.parametrize(
    "key",
    [
        TupleKey("platform", "*", "super_admin", "user", "{id}", "member"),
        TupleKey("platform", "x", "super_admin", "user", "{id}"),
        TupleKey("platform", "*", "admin", "user", "{id}"),
        TupleKey("document", "*", "super_admin", "user", "{id}"),
        TupleKey("platform", "*", "super_admin", "group", "{id}"),
        TupleKey("platform", "*", "super_admin", "user", "*"),
    ],
)
async def test_a_tuple_that_only_looks_like_it_gives_nothing(key: TupleKey) -> None:
    user = await make_user()
    close = TupleKey(
        key.entity_type, key.entity_id, key.relation, key.subject_type, key.subject_id.format(id=user.id),
        key.subject_relation,
    )  # fmt: skip
    await commit(grant_relation(SYSTEM, close))

    assert await permissions_of(as_user(user)) == frozenset()


async def test_the_first_admin_can_create_users_and_a_plain_user_cannot() -> None:
    admin, plain = await make_admin(), await make_user("plain@example.com")

    made = await commit(create_user(as_user(admin), NewUser(email="new@example.com")))
    assert await find_user(made.id) == made
    with pytest.raises(Forbidden):
        await commit(create_user(as_user(plain), NewUser(email="other@example.com")))


async def test_a_revoked_admin_is_one_no_more_also_in_the_same_request() -> None:
    admin = await make_admin()
    actor = as_user(admin)

    with remembering():
        assert await has_permission(actor, "users.ban")
        assert await commit(revoke_relation(actor, super_admin("user", admin.id)))

        with pytest.raises(Forbidden):
            await guard(actor, "users.ban")


async def test_a_granted_admin_is_one_at_once() -> None:
    user = await make_user()

    with remembering():
        assert not await has_permission(as_user(user), "users.ban")
        await commit(grant_relation(SYSTEM, super_admin("user", user.id)))
        assert await has_permission(as_user(user), "users.ban")


async def test_a_deleted_admin_leaves_no_permission_behind() -> None:
    admin = await make_admin()

    await commit(delete_user(SYSTEM, admin.id))

    assert await permissions_of(as_user(admin)) == frozenset()
    assert await list_super_admins() == []


async def test_granting_needs_the_permission() -> None:
    await assert_needs("platform.manage_platform", lambda actor: grant_relation(actor, KEY))


async def test_revoking_needs_the_permission() -> None:
    await commit(grant_relation(SYSTEM, KEY))

    await assert_needs("platform.manage_platform", lambda actor: revoke_relation(actor, KEY))


async def test_a_grant_is_written_once_and_recorded() -> None:
    admin = as_user(await make_admin())

    assert await commit(grant_relation(admin, KEY)) is True
    before = await read_everything()
    assert await commit(grant_relation(admin, KEY)) is False

    assert await read_everything() == before
    event = (await read_audit())[-1]
    assert (event.action, event.actor_id, event.target_id, event.about_user_id, event.after) == (
        "grant.created",
        admin.id,
        "document:7#viewer@user:usr_1",
        "usr_1",
        {"tuple": "document:7#viewer@user:usr_1"},
    )
    assert (await read_outbox())[-1] == ("grant.created", "document:7#viewer@user:usr_1")


async def test_of_many_grants_of_the_same_at_once_one_is_recorded() -> None:
    results = await asyncio.gather(*(commit(grant_relation(SYSTEM, KEY)) for _ in range(10)))

    assert sorted(results) == [False] * 9 + [True]
    assert [event.action for event in await read_audit()] == ["grant.created"]


async def test_a_revocation_is_recorded_once() -> None:
    await commit(grant_relation(SYSTEM, KEY))

    assert await commit(revoke_relation(SYSTEM, KEY)) is True
    before = await read_everything()
    assert await commit(revoke_relation(SYSTEM, KEY)) is False

    assert await read_everything() == before
    event = (await read_audit())[-1]
    assert (event.action, event.before, event.after) == (
        "grant.revoked",
        {"tuple": "document:7#viewer@user:usr_1"},
        None,
    )
    assert await db.fetch_value("SELECT count(*) FROM authz_tuple") == 0


async def test_super_admins_are_users_only_and_in_order() -> None:
    for subject in (("user", "usr_b"), ("user", "usr_a"), ("client", "cli_1")):
        await commit(grant_relation(SYSTEM, super_admin(*subject)))
    await commit(grant_relation(SYSTEM, TupleKey("platform", "*", "super_admin", "user", "grp_1", "member")))

    assert await list_super_admins() == ["usr_a", "usr_b"]


async def test_everything_a_subject_was_granted_is_forgotten_and_nothing_else() -> None:
    others = TupleKey("document", "7", "viewer", "user", "usr_2")
    same_id = TupleKey("document", "7", "viewer", "client", "usr_1")
    for key in (KEY, TupleKey("document", "8", "owner", "user", "usr_1"), others, same_id):
        await commit(grant_relation(SYSTEM, key))

    assert await forget_subject("user", "usr_1") == 2
    left = await db.fetch("SELECT subject_type, subject_id FROM authz_tuple ORDER BY 1")
    assert [tuple(row) for row in left] == [("client", "usr_1"), ("user", "usr_2")]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (KEY, "document:7#viewer@user:usr_1"),
        (TupleKey("folder", "a/b", "editor", "group", "g", "member"), "folder:a/b#editor@group:g#member"),
    ],
)
def test_a_tuple_is_written_in_the_usual_form(key: TupleKey, text: str) -> None:
    assert str(key) == text


async def test_looking_up_a_permission_reads_an_index() -> None:
    await db.execute(
        "INSERT INTO authz_tuple (entity_type, entity_id, relation, subject_type, subject_id, subject_relation,"
        " created_at) SELECT 'document', n::text, 'viewer', 'user', 'usr_' || n % 100, '', now()"
        " FROM generate_series(1, 20000) n"
    )
    await db.execute("VACUUM ANALYZE authz_tuple")
    seen: list[str] = []
    with db.observed(seen.append):
        await permissions_of(as_user("usr_7"))

    plan = await db.fetch(f"EXPLAIN {seen[0]}", "platform", "*", "super_admin", "user", "usr_7", "")

    assert "Index" in "\n".join(row[0] for row in plan)
    assert "Seq Scan" not in "\n".join(row[0] for row in plan)
