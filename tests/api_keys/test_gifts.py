"""What a new key is given: never more than its maker holds, by effective rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.api_keys.errors import RightsExceeded
from app.api_keys.service import actor_of_key, create_key, update_key
from app.api_keys.types import ApiKeyChanges, CreatedApiKey, NewApiKey
from app.authz.service import write_tuples
from app.authz.service.checks import check
from app.authz.service.models import save_model
from app.authz.types import Check, EntityRef, RelationTuple, SubjectRef, TupleKey, TupleWrite
from app.authz.types.saving import ModelDraft
from app.clients.types import ClientKind
from app.kit import clock
from app.kit.actor import SYSTEM, Actor
from app.kit.errors import AppError, InputProblems
from app.kit.guard import permissions_of
from app.users.types import User
from tests.api_keys.support import gift, make_client_key, make_key, relate, relate_all, tuples_of
from tests.clients.support import make_client
from tests.support import ORIGIN, as_user, commit, make_admin, make_user, read_audit, read_everything

SOURCE = """
model
  schema 1.1
type user
type apikey
type folder
  relations
    define viewer: [user, apikey]
type document
  relations
    define parent: [folder]
    define owner: [user, apikey]
    define editor: [user, apikey] or owner
    define barred: [user]
    define viewer: ([user, apikey] or editor or viewer from parent) but not barred
    define reviewer: [user]
  permissions
    define read: viewer
    define write: editor
"""


@dataclass(frozen=True)
class Stage:
    """An application, and a user who may edit its document 1."""

    app: str
    user: User

    def document(self, identifier: str) -> str:
        return f"{self.app}:document:{identifier}"

    async def make(self, *grants: tuple[str, str], actor: Actor | None = None, **fields: Any) -> CreatedApiKey:
        given = tuple(gift(f"{self.app}:{entity}", relation) for entity, relation in grants)
        return await make_key(self.user, actor, grants=given, **fields)

    async def allows(self, made: CreatedApiKey, action: str, identifier: str) -> bool:
        actor = actor_of_key(made.key, ORIGIN)
        question = Check(SubjectRef("apikey", made.key.id), action, EntityRef(f"{self.app}:document", identifier))
        return (await check(actor, question)).is_allowed


@pytest.fixture
async def stage(database: None) -> Stage:
    app, user = (await make_client(ClientKind.MACHINE)).id, await make_user()
    await commit(save_model(SYSTEM, ModelDraft(app, SOURCE)))
    await relate(f"{app}:document:1", "editor", user.id)
    return Stage(app, user)


async def test_a_key_is_given_what_its_maker_holds_and_resolves_like_any_subject(stage: Stage) -> None:
    made = await stage.make(("document:1", "editor"))

    assert await tuples_of(made.key.id) == {("document:1", "editor")}
    assert [await stage.allows(made, action, "1") for action in ("read", "write")] == [True, True]
    assert not await stage.allows(made, "read", "2")


async def test_less_than_the_maker_holds_may_be_given(stage: Stage) -> None:
    made = await stage.make(("document:1", "viewer"))

    assert [await stage.allows(made, action, "1") for action in ("read", "write")] == [True, False]


@pytest.mark.parametrize(
    ("entity", "relation", "missing"),
    [
        ("document:1", "owner", ["owner"]),
        ("document:2", "viewer", ["viewer", "read"]),
        ("document:*", "viewer", ["viewer", "read"]),
    ],
)
async def test_more_than_the_maker_holds_is_refused_and_leaves_nothing(
    stage: Stage, entity: str, relation: str, missing: list[str]
) -> None:
    before = await read_everything()

    with pytest.raises(RightsExceeded) as caught:
        await stage.make(("document:1", "editor"), (entity, relation))

    assert caught.value.field == ("grants", "1")
    assert caught.value.detail == ", ".join(f"{name} on {stage.app}:{entity}" for name in missing)
    assert await read_everything() == before


async def test_what_an_exception_takes_from_the_maker_is_not_given(stage: Stage) -> None:
    await relate(stage.document("1"), "barred", stage.user.id)

    with pytest.raises(RightsExceeded) as caught:
        await stage.make(("document:1", "editor"))

    assert caught.value.detail == f"viewer on {stage.document('1')}, read on {stage.document('1')}"


async def test_what_the_maker_holds_through_another_entity_may_be_given(stage: Stage) -> None:
    folder = f"{stage.app}:folder"
    await relate_all(
        TupleKey(f"{stage.app}:document", "7", "parent", folder, "f"),
        TupleKey(folder, "f", "viewer", "user", stage.user.id),
    )

    made = await stage.make(("document:7", "viewer"), ("folder:f", "viewer"))

    assert await stage.allows(made, "read", "7")


async def test_what_the_model_does_not_allow_is_told_with_its_reason(stage: Stage) -> None:
    await relate(stage.document("1"), "reviewer", stage.user.id)

    for relation in ("reviewer", "nothing"):
        with pytest.raises(AppError) as caught:
            await stage.make(("document:1", relation))
        assert caught.value.code in {"authz_subject_not_allowed", "authz_relation_unknown", "api_keys_rights_exceeded"}


async def lend(stage: Stage, entity: str, relation: str, ends_at: datetime) -> None:
    kind, _, identifier = entity.rpartition(":")
    key = TupleKey(kind, identifier, relation, "user", stage.user.id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key, expires_at=ends_at),))))


async def test_what_the_maker_has_for_a_while_is_not_given_for_longer(stage: Stage) -> None:
    ends_at = clock.now() + timedelta(hours=1)
    await lend(stage, stage.document("3"), "viewer", ends_at)
    await lend(stage, "users:*", "viewer", ends_at)
    before = await read_everything()

    for given, later in (
        (gift(stage.document("3"), "viewer"), None),
        (gift(stage.document("3"), "viewer"), ends_at + timedelta(microseconds=1)),
        (gift("users:*", "viewer"), None),
    ):
        with pytest.raises(RightsExceeded) as caught:
            await make_key(stage.user, grants=(given,), expires_at=later)
        assert caught.value.field == ("grants", "0")
        ending = f"until {later.isoformat()}" if later else "for good"
        assert (caught.value.detail or "").startswith(f"viewer on {given.entity} {ending}")
    assert await read_everything() == before


async def test_what_is_given_out_of_a_lent_right_ends_with_the_key_as_it_was_made(stage: Stage) -> None:
    with clock.frozen() as time:
        ends_at = clock.now() + timedelta(hours=1)
        await lend(stage, stage.document("3"), "viewer", ends_at)
        made = await stage.make(("document:3", "viewer"), ("document:1", "viewer"), expires_at=ends_at)
        assert [await stage.allows(made, "read", each) for each in ("1", "3")] == [True, True]
        await commit(update_key(as_user(stage.user), made.key.id, ApiKeyChanges(expires_at=None)))
        time.advance(timedelta(hours=1))

        assert [await stage.allows(made, "read", each) for each in ("1", "3")] == [True, False]


async def test_an_exception_that_begins_before_the_key_ends_is_not_outlived(stage: Stage) -> None:
    key = TupleKey(f"{stage.app}:document", "1", "barred", "user", stage.user.id)
    starts_at = clock.now() + timedelta(hours=1)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key, starts_at=starts_at),))))

    with pytest.raises(RightsExceeded):
        await stage.make(("document:1", "viewer"))
    await stage.make(("document:1", "viewer"), expires_at=starts_at)


async def test_who_manages_the_access_may_give_what_they_do_not_hold(stage: Stage) -> None:
    manager = await make_user("manager@example.com")
    await relate(f"clients:{stage.app}", "admin", manager.id)
    given = gift(stage.document("5"), "owner")

    made = await make_client_key(stage.app, as_user(manager), grants=(given,))

    assert await stage.allows(made, "write", "5")
    with pytest.raises(RightsExceeded):
        await make_client_key(stage.app, as_user(manager), grants=(gift(f"clients:{stage.app}", "full_access"),))


async def test_a_super_admin_gives_anything_that_a_model_knows(stage: Stage) -> None:
    admin = as_user(await make_admin())

    made = await stage.make(("document:9", "owner"), actor=admin)

    assert await stage.allows(made, "write", "9")


async def test_roles_on_the_platform_are_given_by_who_has_them(stage: Stage) -> None:
    await relate("users:*", "viewer", stage.user.id)
    actor = as_user(stage.user)

    made = await make_key(stage.user, grants=(gift("users:*", "viewer"),))
    for entity, relation in (("users:*", "admin"), ("platform:*", "super_admin"), ("clients:*", "full_access")):
        with pytest.raises(RightsExceeded):
            await make_key(stage.user, grants=(gift(entity, relation),))

    assert await permissions_of(actor_of_key(made.key, ORIGIN)) == {"users.view"}
    assert await permissions_of(actor) == {"users.view"}


async def test_a_member_s_key_may_join_the_group_and_a_stranger_s_may_not(stage: Stage) -> None:
    await relate("group:staff", "member", stage.user.id)
    await relate_all(TupleKey("users", "*", "viewer", "group", "staff", "member"))
    stranger = await make_user("stranger@example.com")

    made = await make_key(stage.user, grants=(gift("group:staff", "member"),))
    with pytest.raises(RightsExceeded):
        await make_key(stranger, grants=(gift("group:staff", "member"),))

    assert await permissions_of(actor_of_key(made.key, ORIGIN)) == {"users.view"}


async def test_what_was_given_is_told_of(stage: Stage) -> None:
    made = await stage.make(("document:1", "viewer"), ("document:1", "viewer"))

    created = (await read_audit())[-1]
    assert created.after is not None
    assert set(created.after["grants"]) == {f"{stage.document('1')}#viewer@apikey:{made.key.id}"}


async def test_a_key_is_given_a_bounded_number_of_relations(stage: Stage) -> None:
    with pytest.raises(AppError) as caught:
        await stage.make(*[("document:1", "viewer")] * 51)

    assert caught.value.code == "api_keys_input_too_long"
    with pytest.raises(InputProblems):
        await commit(create_key(as_user(stage.user), NewApiKey(name="")))
