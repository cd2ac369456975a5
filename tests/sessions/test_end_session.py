"""Ending sessions: one's own, others', all of a user."""

from __future__ import annotations

import pytest

from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.errors import Forbidden, Unauthenticated
from app.kit.guard import ALL_PERMISSIONS
from app.sessions.errors import SessionNotFound
from app.sessions.service import (
    end_session,
    end_user_sessions,
    find_session,
    get_sessions,
    has_ended,
    may_view_session,
    resolve_session,
)
from app.users.service import ban_user
from tests.sessions.support import sign_in
from tests.support import (
    as_user,
    commit,
    counted_statements,
    deciding,
    make_user,
    read_audit,
    read_everything,
    read_outbox,
    unknown_id,
)

NEEDED = "sessions.revoke_all"


async def test_one_ends_ones_own_session_without_a_permission() -> None:
    user = await make_user()
    new, other = await sign_in(user), await sign_in(user)

    with deciding():
        ended = await commit(end_session(as_user(user, session_id=other.session.id), new.session.id))

    assert ended.id == new.session.id
    assert ended.ended_at is not None
    assert await resolve_session(new.token) is None
    assert await resolve_session(other.token) is not None
    event = (await read_audit())[-1]
    assert (event.action, event.actor_id, event.target_id, event.about_user_id) == (
        "session.deleted",
        user.id,
        new.session.id,
        user.id,
    )
    assert (await read_outbox())[-1] == ("session.deleted", new.session.id)


@pytest.mark.parametrize("is_known", [True, False])
async def test_others_need_the_permission_and_do_not_learn_whether_there_is_such_a_session(is_known: bool) -> None:
    new = await sign_in(await make_user())
    session_id = new.session.id if is_known else unknown_id("ses")
    before = await read_everything()

    refused = []
    with deciding(usr_lacking=ALL_PERMISSIONS - {NEEDED}):
        same_id_other_kind = Actor(ActorKind.CLIENT, new.session.user_id)
        for actor in (ANONYMOUS, as_user("usr_plain"), as_user("usr_lacking"), same_id_other_kind):
            with pytest.raises((Unauthenticated, Forbidden)) as caught:
                await commit(end_session(actor, session_id))
            refused.append((type(caught.value), caught.value.detail))

    assert refused == [(Unauthenticated, None), *[(Forbidden, NEEDED)] * 3]
    assert await read_everything() == before
    assert await resolve_session(new.token) is not None


async def test_an_admin_with_the_permission_ends_anybodys() -> None:
    user = await make_user()
    new = await sign_in(user)

    with deciding(usr_admin={NEEDED}):
        await commit(end_session(as_user("usr_admin"), new.session.id))

        assert await resolve_session(new.token) is None
        assert (await read_audit())[-1].actor_id == "usr_admin"
        with pytest.raises(SessionNotFound):
            await commit(end_session(as_user("usr_admin"), unknown_id("ses")))


async def test_ending_twice_finds_no_session_and_says_nothing_twice() -> None:
    user = await make_user()
    new = await sign_in(user)
    await commit(end_session(as_user(user), new.session.id))
    before = await read_everything()

    with pytest.raises(SessionNotFound):
        await commit(end_session(as_user(user), new.session.id))

    assert await read_everything() == before


async def test_all_sessions_of_a_user_end_but_the_one_in_use() -> None:
    ada, eve = await make_user("ada@example.com"), await make_user("eve@example.com")
    kept, first, second, others = [await sign_in(user) for user in (ada, ada, ada, eve)]

    ended = await commit(end_user_sessions(as_user(ada), ada.id, except_id=kept.session.id))

    assert ended == 2
    alive = [await resolve_session(new.token) is not None for new in (kept, first, second, others)]
    assert alive == [True, False, False, True]
    gone = {target for kind, target in await read_outbox() if kind == "session.deleted"}
    assert gone == {first.session.id, second.session.id}
    assert await commit(end_user_sessions(as_user(ada), ada.id)) == 1


async def test_a_ban_ends_every_session_in_its_own_transaction() -> None:
    user = await make_user()
    sessions = [(await sign_in(user)).session.id for _ in range(2)]

    await commit(ban_user(SYSTEM, user.id))

    assert [await has_ended(session_id) for session_id in sessions] == [True, True]
    assert [kind for kind, _ in await read_outbox()][-3:] == ["user.banned", "session.deleted", "session.deleted"]


async def test_ended_is_not_the_same_as_unknown_or_alive() -> None:
    new = await sign_in(await make_user())

    assert await has_ended(new.session.id) is False
    assert await has_ended(unknown_id("ses")) is False
    await commit(end_session(SYSTEM, new.session.id))
    assert await has_ended(new.session.id) is True


async def test_sessions_are_found_in_one_statement_alive_or_not() -> None:
    user = await make_user()
    sessions = [(await sign_in(user)).session for _ in range(3)]
    await commit(end_session(SYSTEM, sessions[0].id))

    with counted_statements() as statements:
        found = await get_sessions([*(session.id for session in sessions), unknown_id("ses")])

    assert set(found) == {session.id for session in sessions}
    assert len(statements) == 1
    assert await find_session(unknown_id("ses")) is None


async def test_one_sees_ones_own_session_others_need_the_permission() -> None:
    user = await make_user()
    session = (await sign_in(user)).session

    with deciding(usr_admin={"sessions.view_all"}):
        callers = (ANONYMOUS, as_user("usr_plain"), as_user(user), as_user("usr_admin"))
        assert [await may_view_session(actor, session) for actor in callers] == [False, False, True, True]
