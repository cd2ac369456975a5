"""Nobody gives, or takes away, what they do not have: on the platform, and through its groups."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.authz.service import delete_tuples
from app.authz.service.tuples import write_tuples
from app.authz.types import RelationTuple, TupleFilter, TupleKey, TupleWrite
from app.kit import clock
from app.kit.actor import SYSTEM, Actor, ActorKind
from app.kit.errors import AppError
from tests.authz.people import exist, exist_for, give
from tests.support import commit, counted_statements, read_everything

ADMIN = Actor(ActorKind.USER, "usr_admin")


def on(type_name: str, relation: str, subject: str = "usr_x", entity_id: str = "*") -> TupleKey:
    return TupleKey(type_name, entity_id, relation, "user", subject)


def in_group(group: str, subject: str = "usr_x") -> TupleKey:
    return TupleKey("group", group, "member", "user", subject)


def of_group(type_name: str, relation: str, group: str) -> TupleKey:
    return TupleKey(type_name, "*", relation, "group", group, "member")


async def touch(actor: Actor, *keys: TupleKey) -> None:
    await exist_for(*keys)
    await put(actor, *keys)


async def put(actor: Actor, *keys: TupleKey) -> None:
    await commit(write_tuples(actor, TupleWrite(touch=tuple(RelationTuple(key) for key in keys))))


async def refused(actor: Actor, write: TupleWrite) -> AppError:
    await exist_for(*(each.key for each in write.touch))
    before = await read_everything()
    with pytest.raises(AppError) as caught:
        await commit(write_tuples(actor, write))
    assert await read_everything() == before
    return caught.value


@pytest.fixture(autouse=True)
async def _admin(database: None) -> None:
    """Manages the platform and views users, and no more."""
    await touch(SYSTEM, on("platform", "admin", "usr_admin"), on("users", "viewer", "usr_admin"))


async def test_one_gives_what_one_holds() -> None:
    await touch(ADMIN, on("users", "viewer"), on("platform", "admin"), on("platform", "member"))


@pytest.mark.parametrize(
    ("key", "missing"),
    [
        (on("platform", "super_admin"), "api_keys.revoke"),
        (on("users", "admin"), "users.ban, users.create"),
        (on("users", "admin", entity_id="usr_7"), "users.ban"),
        (on("keys", "admin"), "keys.rotate"),
        (on("clients", "full_access"), "clients.manage_access"),
        (on("users", "admin", "usr_admin"), "users.ban"),
    ],
)
async def test_one_does_not_give_more(key: TupleKey, missing: str) -> None:
    problem = await refused(ADMIN, TupleWrite(touch=(RelationTuple(on("users", "viewer")), RelationTuple(key))))

    assert (problem.code, problem.field, problem.status) == ("authz_rights_exceeded", ("touch", "1"), 403)
    assert missing in problem.message


async def test_one_does_not_take_away_more() -> None:
    boss = on("platform", "super_admin", "usr_boss")
    await touch(SYSTEM, boss)

    problem = await refused(ADMIN, TupleWrite(delete=(boss,)))

    assert (problem.code, problem.field) == ("authz_rights_exceeded", ("delete", "0"))


async def test_neither_by_replacing_nor_by_a_filter() -> None:
    boss = on("platform", "super_admin", "usr_boss")
    await touch(SYSTEM, boss)
    before = await read_everything()

    replaced = await refused(ADMIN, TupleWrite(replace=((boss.entity, "super_admin"),)))
    for wanted in (
        TupleFilter(entity_type="platform"),
        TupleFilter(subject_type="user", subject_id="usr_boss"),
    ):
        with pytest.raises(AppError) as caught:
            await commit(delete_tuples(ADMIN, wanted))
        assert caught.value.code == "authz_rights_exceeded"

    assert replaced.code == "authz_rights_exceeded"
    assert await read_everything() == before


async def test_a_filter_that_means_what_one_holds_is_fine() -> None:
    await touch(SYSTEM, on("users", "viewer", "usr_7"), in_group("club", "usr_7"))

    result = await commit(delete_tuples(ADMIN, TupleFilter(subject_type="user", subject_id="usr_7")))

    assert result.deleted == 2


async def test_joining_a_group_gives_what_it_holds_however_nested() -> None:
    nested = TupleKey("group", "outer", "member", "group", "inner", "member")
    await touch(SYSTEM, nested, of_group("keys", "admin", "outer"), of_group("users", "viewer", "harmless"))

    problem = await refused(ADMIN, TupleWrite(touch=(RelationTuple(in_group("inner", "usr_admin")),)))

    assert (problem.code, "keys.rotate, keys.view" in problem.message) == ("authz_rights_exceeded", True)
    await touch(ADMIN, in_group("harmless"), in_group("nothing"))


async def test_a_group_put_into_another_is_given_what_that_holds() -> None:
    await touch(SYSTEM, of_group("keys", "admin", "strong"))
    nested = TupleKey("group", "strong", "member", "group", "weak", "member")

    assert (await refused(ADMIN, TupleWrite(touch=(RelationTuple(nested),)))).code == "authz_rights_exceeded"


async def test_many_groups_cost_one_statement() -> None:
    await touch(SYSTEM, *(of_group("users", "viewer", f"g{n}") for n in range(50)))
    await exist("user:usr_a", "user:usr_b")
    with counted_statements() as one:
        await put(ADMIN, in_group("g0", "usr_a"))
    with counted_statements() as many:
        await put(ADMIN, *(in_group(f"g{n}", "usr_b") for n in range(50)))

    assert len(many) == len(one)


async def test_who_holds_everything_and_the_system_may_all() -> None:
    await touch(SYSTEM, on("platform", "super_admin", "usr_boss"), of_group("keys", "admin", "strong"))

    await touch(Actor(ActorKind.USER, "usr_boss"), on("platform", "super_admin"), in_group("strong"))


async def test_nobody_joins_every_group() -> None:
    every = TupleWrite(touch=(RelationTuple(TupleKey("group", "*", "member", "user", "usr_x")),))

    assert (await refused(SYSTEM, every)).code == "authz_tuple_invalid"


async def test_what_a_group_holds_on_one_entity_or_will_hold_counts_as_well() -> None:
    one = TupleKey("clients", "cli_7", "admin", "group", "portal", "member")
    later = RelationTuple(of_group("keys", "admin", "night"), starts_at=clock.now() + timedelta(hours=1))
    await give(one, later)

    for group in ("portal", "night"):
        problem = await refused(ADMIN, TupleWrite(touch=(RelationTuple(in_group(group)),)))
        assert problem.code == "authz_rights_exceeded"


async def test_nobody_makes_a_role_last_longer_or_shorter_than_they_may_give_it() -> None:
    soon = clock.now() + timedelta(hours=1)
    limited = RelationTuple(on("users", "admin"), expires_at=soon)
    await give(limited)

    for other in (RelationTuple(limited.key), RelationTuple(limited.key, expires_at=soon + timedelta(hours=1))):
        problem = await refused(ADMIN, TupleWrite(touch=(other,)))
        assert (problem.code, problem.field) == ("authz_rights_exceeded", ("touch", "0"))
