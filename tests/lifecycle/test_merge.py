"""Making one account of two: what moves, what is dropped, and who may."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.authz.service import list_tuples, write_tuples
from app.authz.types import RelationTuple, TupleFilter, TupleKey, TupleWrite
from app.events.service import verify_chain
from app.factors.service import find_factors_of, has_factor
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.errors import AppError
from app.kit.guard import ALL_PERMISSIONS
from app.kit.paging import PageRequest
from app.lifecycle.errors import NotActive, OwnMerge, SameAccount, StrongerAccount
from app.lifecycle.service import merge_accounts, schedule_deletion
from app.lifecycle.service.merging import PERMISSIONS
from app.lifecycle.types import MergedPart, MergeWish
from app.oidc.consents import grant_consent
from app.oidc.queries import consents
from app.sessions.service import begin_session, resolve_session
from app.upstream.service.identities import links_of
from app.users.errors import InvalidUser, UserNotFound
from app.users.service import ban_user, find_by_login, find_tombstone, find_user, get_user
from app.users.types import Tombstone, User
from tests.api_keys.support import make_key
from tests.clients.support import make_client
from tests.factors.support import give_app
from tests.graph.test_mutations import make_link
from tests.lifecycle.callers import assert_needs_all
from tests.lifecycle.rows import mentions
from tests.login.support import make_person
from tests.support import (
    as_user,
    commit,
    deciding,
    make_admin,
    make_user,
    read_audit,
    read_everything,
    read_outbox,
)

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
MERGER = {"usr_admin": {"users.update", "users.delete"}}
ADMIN = as_user("usr_admin")


def wish(source: User, target: User, **more: object) -> MergeWish:
    return MergeWish(source_id=source.id, target_id=target.id, **more)  # type: ignore[arg-type]


def member(group: str, user: User, **limits: datetime) -> RelationTuple:
    return RelationTuple(TupleKey("group", group, "member", "user", user.id), **limits)


async def give_tuples(*tuples: RelationTuple) -> None:
    await commit(write_tuples(SYSTEM, TupleWrite(touch=tuples)))


async def tuples_of(user: User) -> list[RelationTuple]:
    page = await list_tuples(SYSTEM, TupleFilter(subject_type="user", subject_id=user.id), PageRequest(first=100))
    return sorted((each.tuple for each in page.items), key=lambda each: each.key.entity_id)


async def pair() -> tuple[User, User]:
    return await make_person("twin@example.com", username=None), await make_user()


@pytest.mark.parametrize("permission", PERMISSIONS)
async def test_merging_needs_both_permissions(permission: str) -> None:
    source, target = await pair()

    await assert_needs_all(PERMISSIONS, permission, lambda actor: merge_accounts(actor, wish(source, target)))


async def test_links_tuples_and_consents_go_over() -> None:
    source, target = await pair()
    used, new = await make_client(), await make_client(name="Other")
    await make_link(source)
    end = clock.now() + timedelta(days=2)
    await give_tuples(member("a", source, expires_at=end), member("b", source), member("b", target, expires_at=end))
    await commit(grant_consent(SYSTEM, source.id, used.id, ("openid", "email")))
    await commit(grant_consent(SYSTEM, source.id, new.id, ("openid",)))
    await commit(grant_consent(SYSTEM, target.id, used.id, ("openid",)))

    merged = await commit(merge_accounts(SYSTEM, wish(source, target)))

    assert merged.parts == (
        MergedPart("linked_identities", 1, 0),
        MergedPart("tuples", 1, 1),
        MergedPart("consents", 1, 1),
        MergedPart("registration_contexts", 0, 0),
    )
    assert [each.user_id for each in await links_of(target.id)] == [target.id]
    assert await tuples_of(target) == [member("a", target, expires_at=end), member("b", target, expires_at=end)]
    assert await consents.hold_scope(target.id, used.id) == ("openid",)
    assert await consents.hold_scope(target.id, new.id) == ("openid",)


async def test_the_account_that_goes_leaves_nothing_but_a_tombstone_that_points_on() -> None:
    source, target = await pair()
    await give_app(source)
    await make_key(source)
    await give_tuples(member("a", source))

    with clock.frozen(MOMENT):
        await commit(merge_accounts(SYSTEM, wish(source, target)))

    assert await find_tombstone(source.id) == Tombstone(source.id, MOMENT, None, target.id)
    assert (await find_user(source.id), await tuples_of(source)) == (None, [])
    assert not await has_factor(target.id)
    assert (await find_factors_of(source.id)).has_any is False
    assert await db.fetch_value("SELECT count(*) FROM api_keys_key") == 0
    # The ended tuple until its revision is forgotten, and the trail.
    assert await mentions(source.id) <= {"authz_tuple", "events_audit", "events_outbox", "users_tombstone"}
    assert (await verify_chain()).problems == ()


async def test_empty_fields_of_the_profile_are_filled() -> None:
    source = await make_user(
        "twin@example.com", username="ada", name="A. L.", locale="en", attributes={"a": 1, "b": 1}
    )  # fmt: skip
    target = await make_user(name="Ada Lovelace", attributes={"b": 2})

    merged = await commit(merge_accounts(SYSTEM, wish(source, target)))

    assert merged.profile == ("username", "locale", "attributes")
    user = await get_user(target.id)
    assert (user.username, user.name, user.locale, user.attributes) == ("ada", "Ada Lovelace", "en", {"a": 1, "b": 2})
    assert (user.email, merged.user) == (target.email, user)
    assert await find_by_login("ada") == user


async def test_whoever_is_signed_in_as_either_signs_in_anew() -> None:
    source, target = await pair()
    sessions = [
        await commit(begin_session(SYSTEM, each, amr=("pwd",), acr="pwd", browser_id="b")) for each in (source, target)
    ]

    await commit(merge_accounts(SYSTEM, wish(source, target)))

    assert [await resolve_session(each.token) for each in sessions] == [None, None]


async def test_a_merge_is_told_with_both_accounts() -> None:
    source, target = await pair()

    with deciding(**MERGER):
        await commit(merge_accounts(ADMIN, wish(source, target, reason="signed up twice")))

    event = next(each for each in await read_audit() if each.action == "user.merged")
    assert (event.actor_id, event.target_id, event.reason) == ("usr_admin", target.id, "signed up twice")
    assert event.after is not None
    assert event.after["from"] == source.id
    assert [each for each in await read_outbox() if each[0] in {"user.deleted", "user.merged"}] == [
        ("user.deleted", source.id),
        ("user.merged", target.id),
    ]
    payload = await db.fetch_value("SELECT payload->>'merged_into' FROM events_outbox WHERE type = 'user.deleted'")
    assert payload == target.id


async def test_a_dry_run_tells_the_same_and_changes_nothing() -> None:
    source, target = await pair()
    await make_link(source)
    await give_tuples(member("a", source))
    before = await read_everything()

    tried = await commit(merge_accounts(SYSTEM, wish(source, target, is_dry_run=True)))
    untouched = await read_everything() == before
    done = await commit(merge_accounts(SYSTEM, wish(source, target)))

    assert untouched
    assert (tried.parts, tried.profile) == (done.parts, done.profile)


async def test_nobody_merges_what_may_more_than_they_do() -> None:
    strong, plain = await make_admin(), await make_user()
    await make_admin("second@example.com")
    operator = await make_user("operator@example.com")
    for key in ("users", "groups"):
        relation = RelationTuple(TupleKey(key, "*", "admin", "user", operator.id))
        await give_tuples(relation)
    before = await read_everything()

    for source, target in ((strong, plain), (plain, strong)):
        with pytest.raises(StrongerAccount):
            await commit(merge_accounts(as_user(operator), wish(source, target)))

    assert await read_everything() == before


@pytest.mark.parametrize("relation", ["admin", "full_access"])
async def test_who_opens_a_single_application_is_stronger_than_who_opens_none(relation: str) -> None:
    strong, plain = await make_user("strong@example.com"), await make_user()
    client = await make_client()
    operator = await make_user("operator@example.com")
    await give_tuples(RelationTuple(TupleKey("users", "*", "admin", "user", operator.id)))
    await give_tuples(RelationTuple(TupleKey("clients", client.id, relation, "user", strong.id)))
    before = await read_everything()

    for source, target in ((strong, plain), (plain, strong)):
        with pytest.raises(StrongerAccount):
            await commit(merge_accounts(as_user(operator), wish(source, target)))

    assert await read_everything() == before


async def test_moving_tuples_needs_the_right_to_give_them() -> None:
    source, target = await pair()
    await give_tuples(member("a", source))
    before = await read_everything()

    with deciding(**MERGER), pytest.raises(AppError) as refused:
        await commit(merge_accounts(ADMIN, wish(source, target)))

    assert refused.value.code in {"lifecycle_stronger_account", "kit_permission_missing"}
    assert await read_everything() == before


async def test_what_cannot_be_merged_is_told() -> None:
    source, target = await pair()
    banned = await make_user("banned@example.com")
    leaving = await make_user("leaving@example.com")
    nobody = MergeWish(source_id="usr_nobody", target_id=target.id)
    await commit(ban_user(SYSTEM, banned.id))
    await commit(schedule_deletion(SYSTEM, leaving.id))
    before = await read_everything()
    cases: list[tuple[MergeWish, type[AppError], str]] = [
        (wish(source, source), SameAccount, "into"),
        (nobody, UserNotFound, "from"),
        (MergeWish(source_id=source.id, target_id="usr_nobody"), UserNotFound, "into"),
        (wish(source, banned), NotActive, "into"),
        (wish(source, leaving), NotActive, "into"),
        (wish(source, target, reason="two\nlines"), InvalidUser, "reason"),
    ]

    for asked, refusal, field in cases:
        with pytest.raises(refusal) as refused:
            await commit(merge_accounts(SYSTEM, asked))
        assert refused.value.field == (field,)

    assert await read_everything() == before


@pytest.mark.parametrize("part", ["source", "target"])
async def test_nobody_merges_the_account_they_are_using(part: str) -> None:
    source, target = await pair()
    me = source if part == "source" else target

    with deciding(**{me.id: ALL_PERMISSIONS}), pytest.raises(OwnMerge):
        await commit(merge_accounts(as_user(me), wish(source, target)))

    assert await find_user(source.id) is not None


async def test_a_merge_that_is_rolled_back_never_happened() -> None:
    source, target = await pair()
    await give_tuples(member("a", source))
    before = await read_everything()

    with pytest.raises(KeyError):
        async with db.unit_of_work():
            await merge_accounts(SYSTEM, wish(source, target))
            raise KeyError

    assert await read_everything() == before


async def test_of_two_merges_crosswise_at_once_one_happens() -> None:
    first, second = await pair()

    outcomes = await asyncio.gather(
        commit(merge_accounts(SYSTEM, wish(first, second))),
        commit(merge_accounts(SYSTEM, wish(second, first))),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Merged", "UserNotFound"]
    assert await db.fetch_value("SELECT count(*) FROM users_user") == 1
