"""Deleting users: nothing of them stays but an id and scrubbed audit rows."""

from __future__ import annotations

import pytest

from app.authz.service import list_super_admins, list_tuples
from app.authz.types import TupleFilter
from app.events.service import dispatch_outbox, verify_chain
from app.kit import db
from app.kit.actor import SYSTEM, Actor, ActorKind, Origin
from app.kit.paging import PageRequest
from app.sessions.service import begin_session
from app.users.errors import OwnAccount, UserNotFound
from app.users.service import ban_user, delete_user, find_by_login, find_user, update_user
from app.users.types import UserChanges
from tests.support import (
    as_user,
    assert_needs,
    commit,
    deciding,
    make_admin,
    make_user,
    read_audit,
    read_everything,
    read_outbox,
    unknown_id,
)

_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


async def tables_that_mention(text: str) -> list[str]:
    names = [row["relname"] for row in await db.fetch(_TABLES)]
    return [
        name
        for name in names
        if await db.fetch_value(f'SELECT EXISTS (SELECT FROM "{name}" t WHERE t::text LIKE $1)', f"%{text}%")
    ]


async def test_deleting_needs_the_permission() -> None:
    user = await make_user()

    await assert_needs("users.delete", lambda actor: delete_user(actor, user.id))


async def test_a_deleted_user_is_gone_and_a_tombstone_stays() -> None:
    user = await make_user(username="ada")

    with deciding(usr_admin={"users.delete"}):
        await commit(delete_user(as_user("usr_admin"), user.id))

    assert await find_user(user.id) is None
    assert await find_by_login("ada") is None
    assert [row["id"] for row in await db.fetch("SELECT id FROM users_tombstone")] == [user.id]
    deleted = next(event for event in await read_audit() if event.action == "user.deleted")
    assert (deleted.actor_id, deleted.target_id) == ("usr_admin", user.id)
    assert ("user.deleted", user.id) in await read_outbox()


async def test_nothing_personal_stays_in_any_table() -> None:
    user = await make_user("unmistakable@example.com", username="unmistakable", name="Ada Unmistakable")
    browser = Actor(ActorKind.ANONYMOUS, origin=Origin("r", "198.51.100.77", "Unmistakable/1.0"))
    await commit(begin_session(browser, user, amr=("pwd",), acr="pwd", browser_id="unmistakable-browser"))
    await commit(update_user(SYSTEM, user.id, UserChanges(attributes={"a": "unmistakable"})))
    await commit(ban_user(SYSTEM, user.id, reason="unmistakable reason"))
    while await dispatch_outbox():
        pass
    assert "events_audit" in await tables_that_mention("nmistakable")

    await commit(delete_user(SYSTEM, user.id))

    assert await tables_that_mention("nmistakable") == []
    assert await tables_that_mention("198.51.100.77") == []
    assert set(await tables_that_mention(user.id)) == {"events_audit", "events_outbox", "users_tombstone"}


async def test_audit_rows_stay_with_personal_fields_scrubbed_and_the_chain_whole() -> None:
    user = await make_user(name="Ada")
    await commit(ban_user(SYSTEM, user.id, reason="spam"))

    await commit(delete_user(SYSTEM, user.id))

    assert [
        (event.action, event.target_id, event.before, event.after, event.reason) for event in await read_audit()
    ] == [
        ("user.created", user.id, None, None, None),
        ("user.banned", user.id, None, None, None),
        ("user.deleted", user.id, None, None, None),
        ("audit.scrubbed", user.id, None, None, None),
    ]
    assert (await verify_chain()).problems == ()


async def test_what_a_user_was_granted_goes_with_them() -> None:
    admin = await make_admin()

    await commit(delete_user(SYSTEM, admin.id))

    page = await list_tuples(SYSTEM, TupleFilter(subject_type="user", subject_id=admin.id), PageRequest())
    assert page.items == ()
    assert await list_super_admins() == []


async def test_nobody_deletes_the_account_they_are_using() -> None:
    user = await make_user()
    before = await read_everything()

    with deciding(**{user.id: {"users.delete"}}), pytest.raises(OwnAccount):
        await commit(delete_user(as_user(user), user.id))

    assert await read_everything() == before


async def test_deleting_twice_finds_nobody() -> None:
    user = await make_user()
    await commit(delete_user(SYSTEM, user.id))
    before = await read_everything()

    for user_id in (user.id, unknown_id()):
        with pytest.raises(UserNotFound):
            await commit(delete_user(SYSTEM, user_id))

    assert await read_everything() == before


async def test_a_deletion_that_is_rolled_back_never_happened() -> None:
    user = await make_user()
    before = await read_everything()

    with pytest.raises(KeyError):
        async with db.unit_of_work():
            await delete_user(SYSTEM, user.id)
            raise KeyError

    assert await read_everything() == before
