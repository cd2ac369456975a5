"""Who holds platform permissions: super admins all of them, others what their roles give, by groups too."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.authz.queries.platform import GUARDING_TYPES
from app.authz.queries.rows import STANDS
from app.authz.service import (
    PlatformDecider,
    forget_subject,
    grant_relation,
    list_super_admins,
    revoke_relation,
    super_admin,
)
from app.authz.types import RelationTuple, TupleKey
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.errors import Forbidden
from app.kit.guard import ALL_PERMISSIONS, PERMISSIONS, guard, has_permission, remembering
from app.users.service import create_user, delete_user, find_user
from app.users.types import NewUser
from tests.authz.people import exist, give
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

KEY = TupleKey("users", "*", "viewer", "user", "usr_1")
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def permissions_of(actor: Actor) -> frozenset[str]:
    return await PlatformDecider().permissions_of(actor)


def role(type_name: str, relation: str, subject: str, entity_id: str = "*") -> TupleKey:
    """A role of `user:x` or `group:g#member`."""
    subject_type, _, rest = subject.partition(":")
    subject_id, _, of = rest.partition("#")
    return TupleKey(type_name, entity_id, relation, subject_type, subject_id, of)


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
    ("type_name", "relation", "given"),
    [
        ("platform", "admin", {"platform.manage_platform"}),
        ("platform", "member", set()),
        ("users", "viewer", {"users.view"}),
        ("users", "admin", {f"users.{name}" for name in PERMISSIONS["users"]}),
        ("groups", "editor", {f"groups.{name}" for name in ("view", "create", "update", "manage_members")}),
        ("groups", "admin", {f"groups.{name}" for name in PERMISSIONS["groups"]}),
        ("clients", "admin", {f"clients.{name}" for name in PERMISSIONS["clients"]}),
        ("clients", "full_access", set()),
        ("webhooks", "editor", {f"webhooks.{name}" for name in PERMISSIONS["webhooks"]}),
        ("pipelines", "viewer", {"pipelines.view"}),
        ("api_keys", "admin", {f"api_keys.{name}" for name in PERMISSIONS["api_keys"]}),
        ("keys", "admin", {f"keys.{name}" for name in PERMISSIONS["keys"]}),
        ("sessions", "admin", {f"sessions.{name}" for name in PERMISSIONS["sessions"]}),
    ],
)
async def test_a_role_gives_what_follows_from_it(type_name: str, relation: str, given: set[str]) -> None:
    await give(role(type_name, relation, "user:usr_1"))

    assert await permissions_of(as_user("usr_1")) == given
    assert await permissions_of(as_user("usr_2")) == frozenset()


async def test_roles_add_up_also_through_nested_groups_in_one_statement() -> None:
    await give(
        role("users", "viewer", "user:usr_1"),
        role("keys", "admin", "group:outer#member"),
        role("group", "member", "group:inner#member", "outer"),
        role("group", "member", "user:usr_1", "inner"),
        role("group", "member", "user:usr_2", "outer"),
    )

    with counted_statements() as statements:
        assert await permissions_of(as_user("usr_1")) == {"users.view", "keys.view", "keys.rotate"}

    assert len(statements) == 1
    assert await permissions_of(as_user("usr_2")) == {"keys.view", "keys.rotate"}


async def test_a_role_counts_from_its_begin_to_its_end() -> None:
    with clock.frozen(NOW):
        await give(
            RelationTuple(role("users", "viewer", "user:usr_1"), starts_at=NOW + HOUR, expires_at=NOW + 2 * HOUR),
            RelationTuple(role("group", "member", "user:usr_2", "staff"), expires_at=NOW + HOUR),
            role("users", "viewer", "group:staff#member"),
        )
    seen = []
    for moment in (NOW, NOW + HOUR, NOW + 2 * HOUR):
        with clock.frozen(moment):
            seen.append([await permissions_of(as_user(user_id)) for user_id in ("usr_1", "usr_2")])

    view, none = frozenset({"users.view"}), frozenset[str]()
    assert seen == [[none, view], [view, none], [none, none]]


@pytest.mark.parametrize(
    "key",
    [
        TupleKey("platform", "x", "super_admin", "user", "{id}"),
        TupleKey("platform", "*", "super_admin", "group", "{id}", "member"),
        TupleKey("platform", "*", "super_admin", "client", "{id}"),
        TupleKey("users", "7", "admin", "user", "{id}"),
    ],
)
async def test_a_tuple_that_only_looks_like_it_gives_nothing(key: TupleKey) -> None:
    user = await make_user()
    await give(replace(key, subject_id=key.subject_id.format(id=user.id)))
    await give(TupleKey("platform", "*", "super_admin", "group", "staff", "member"))

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
    await give(KEY)

    await assert_needs("platform.manage_platform", lambda actor: revoke_relation(actor, KEY))


async def test_a_grant_is_written_once_and_recorded() -> None:
    admin = as_user(await make_admin())
    await exist("user:usr_1")

    assert await commit(grant_relation(admin, KEY)) is True
    before = await read_everything()
    assert await commit(grant_relation(admin, KEY)) is False

    assert await read_everything() == before
    event = (await read_audit())[-1]
    assert (event.action, event.actor_id, event.target_id, event.about_user_id, event.after) == (
        "grant.created",
        admin.id,
        "users:*#viewer@user:usr_1",
        "usr_1",
        {"tuple": "users:*#viewer@user:usr_1"},
    )
    assert (await read_outbox())[-1] == ("grant.created", "users:*#viewer@user:usr_1")


async def test_of_many_grants_of_the_same_at_once_one_is_recorded() -> None:
    await exist("user:usr_1")

    results = await asyncio.gather(*(commit(grant_relation(SYSTEM, KEY)) for _ in range(10)))

    assert sorted(results) == [False] * 9 + [True]
    assert [event.action for event in await read_audit()] == ["grant.created"]


async def test_a_revocation_is_recorded_once() -> None:
    await give(KEY)

    assert await commit(revoke_relation(SYSTEM, KEY)) is True
    before = await read_everything()
    assert await commit(revoke_relation(SYSTEM, KEY)) is False

    assert await read_everything() == before
    event = (await read_audit())[-1]
    assert (event.action, event.before, event.after) == (
        "grant.revoked",
        {"tuple": "users:*#viewer@user:usr_1"},
        None,
    )
    assert await db.fetch_value(f"SELECT count(*) FROM authz_tuple WHERE deleted_rev = {STANDS}") == 0


async def test_super_admins_are_users_only_and_in_order() -> None:
    await give(*(super_admin(*each) for each in (("user", "usr_b"), ("user", "usr_a"), ("client", "cli_1"))))
    await give(role("platform", "super_admin", "group:grp_1#member"), role("platform", "admin", "user:usr_c"))

    assert await list_super_admins() == ["usr_a", "usr_b"]


async def test_everything_a_subject_was_granted_is_forgotten_and_nothing_else() -> None:
    others = replace(KEY, subject_id="usr_2")
    same_id = replace(KEY, subject_type="client")
    await give(KEY, TupleKey("keys", "8", "admin", "user", "usr_1"), others, same_id)

    assert await commit(forget_subject("user", "usr_1")) == 2
    left = await db.fetch(
        f"SELECT subject_type, subject_id FROM authz_tuple WHERE deleted_rev = {STANDS} ORDER BY 1 DESC"
    )
    assert [tuple(row) for row in left] == [(3, "usr_1"), (1, "usr_2")]
    assert await commit(forget_subject("user", "usr_1")) == 0


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (TupleKey("document", "7", "viewer", "user", "usr_1"), "document:7#viewer@user:usr_1"),
        (TupleKey("folder", "a/b", "editor", "group", "g", "member"), "folder:a/b#editor@group:g#member"),
    ],
)
def test_a_tuple_is_written_in_the_usual_form(key: TupleKey, text: str) -> None:
    assert str(key) == text


async def test_looking_up_a_permission_reads_an_index() -> None:
    await db.execute(
        "INSERT INTO authz_tuple (entity_type, entity_id, relation, subject_type, subject_id, created_rev)"
        " SELECT 1000, n::text, 'viewer', 1, 'usr_' || n % 100, 1 FROM generate_series(1, 20000) n"
    )
    await db.execute("VACUUM ANALYZE authz_tuple")
    seen: list[str] = []
    with db.observed(seen.append):
        await permissions_of(as_user("usr_7"))

    plan = await db.fetch(f"EXPLAIN {seen[0]}", [1], ["usr_7"], [""], clock.now(), list(GUARDING_TYPES))

    text = "\n".join(row[0] for row in plan)
    assert "Index" in text
    assert "Seq Scan" not in text
