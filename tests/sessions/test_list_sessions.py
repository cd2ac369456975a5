"""Listing live sessions: one's own, everybody's with the permission."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.errors import Forbidden, InvalidInput, Unauthenticated
from app.kit.guard import ALL_PERMISSIONS
from app.kit.paging import PageRequest
from app.sessions.service import (
    count_sessions,
    count_sessions_of,
    end_session,
    guard_sessions_of,
    list_sessions,
    list_sessions_of,
)
from app.sessions.types import Session, SessionFilter
from tests.sessions.support import sign_in
from tests.support import as_user, commit, counted_statements, deciding, make_user, unknown_id

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERYBODY = SessionFilter()


async def walk(wanted: SessionFilter, size: int, *, is_backward: bool) -> list[Session]:
    found: list[Session] = []
    place = None
    while True:
        request = PageRequest(last=size, before=place) if is_backward else PageRequest(first=size, after=place)
        page = await list_sessions(SYSTEM, wanted, request)
        found = [*page.items, *found] if is_backward else [*found, *page.items]
        if not (page.has_previous if is_backward else page.has_next):
            return found
        place = page.cursors[0 if is_backward else -1]


@pytest.mark.parametrize("is_backward", [False, True])
@pytest.mark.parametrize("size", [1, 2, 7, 100])
async def test_pages_hold_the_live_sessions_newest_first(size: int, is_backward: bool) -> None:
    ada, eve = await make_user("ada@example.com"), await make_user("eve@example.com")
    made: list[Session] = []
    with clock.frozen(MOMENT) as stopped:
        for n in range(9):
            made.append((await sign_in(ada if n % 3 else eve)).session)
            if n % 2:
                stopped.advance(timedelta(minutes=1))
        await commit(end_session(SYSTEM, made[4].id))
        expected = sorted(
            (session for n, session in enumerate(made) if n != 4), key=lambda s: (s.created_at, s.id), reverse=True
        )

        for wanted, sessions in (
            (EVERYBODY, expected),
            (SessionFilter(user_id=ada.id), [session for session in expected if session.user_id == ada.id]),
            (SessionFilter(user_id=unknown_id()), []),
        ):
            assert await walk(wanted, size, is_backward=is_backward) == sessions
            assert await count_sessions(SYSTEM, wanted) == len(sessions)


async def test_sessions_that_are_over_are_not_listed() -> None:
    user = await make_user()
    with clock.frozen(MOMENT) as stopped:
        await sign_in(user)
        stopped.advance(timedelta(hours=12))
        living = (await sign_in(user)).session

        assert await walk(EVERYBODY, 10, is_backward=False) == [living]
        assert await count_sessions(SYSTEM, EVERYBODY) == 1


async def test_one_lists_ones_own_without_a_permission() -> None:
    user = await make_user()
    session = (await sign_in(user)).session

    with deciding():
        page = await list_sessions(as_user(user), SessionFilter(user_id=user.id), PageRequest())
        assert page.items == (session,)
        assert await count_sessions(as_user(user), SessionFilter(user_id=user.id)) == 1


@pytest.mark.parametrize("is_everybody", [True, False])
async def test_others_need_the_permission(is_everybody: bool) -> None:
    user = await make_user()
    await sign_in(user)
    wanted = EVERYBODY if is_everybody else SessionFilter(user_id=user.id)
    callers = (ANONYMOUS, as_user("usr_plain"), as_user("usr_lacking"), Actor(ActorKind.CLIENT, user.id))

    with deciding(usr_lacking=ALL_PERMISSIONS - {"sessions.view_all"}, usr_admin={"sessions.view_all"}):
        for actor in callers:
            for refused in (
                list_sessions(actor, wanted, PageRequest()),
                count_sessions(actor, wanted),
                guard_sessions_of(actor, user.id),
            ):
                with pytest.raises((Unauthenticated, Forbidden)) as caught:
                    await refused
                assert isinstance(caught.value, Unauthenticated) is (actor is ANONYMOUS)

        assert len((await list_sessions(as_user("usr_admin"), wanted, PageRequest())).items) == 1
        assert await count_sessions(as_user("usr_admin"), wanted) == 1
        await guard_sessions_of(as_user("usr_admin"), user.id)


async def test_the_sessions_of_many_users_come_in_one_statement() -> None:
    ada, eve = await make_user("ada@example.com"), await make_user("eve@example.com")
    for user in (ada, ada, ada, eve):
        await sign_in(user)
    ids = [ada.id, eve.id, unknown_id()]

    for request in (PageRequest(first=2), PageRequest(last=2)):
        with counted_statements() as statements:
            found = await list_sessions_of(ids, request)
        assert len(statements) == 1
        assert set(found) == set(ids)
        for user_id in ids:
            assert found[user_id] == await list_sessions(SYSTEM, SessionFilter(user_id=user_id), request)

    with counted_statements() as statements:
        assert await count_sessions_of(ids) == {ada.id: 3, eve.id: 1, ids[2]: 0}
    assert len(statements) == 1


async def test_a_forged_place_is_refused() -> None:
    with pytest.raises(InvalidInput):
        await list_sessions(SYSTEM, EVERYBODY, PageRequest(after="forged"))


@pytest.mark.parametrize("is_everybody", [True, False])
async def test_lists_read_an_index_when_there_are_many(is_everybody: bool) -> None:
    user = await make_user()
    await db.execute(
        "INSERT INTO sessions_session (id, token_hash, user_id, browser_id, device, acr, amr, auth_time, created_at,"
        " last_seen_at, expires_at) SELECT 'ses_' || n, sha256(n::text::bytea), $1, 'b', 'd', 'a', '[]', now(),"
        " now() - n * interval '1 second', now(), now() + interval '1 day' FROM generate_series(1, 20000) n",
        user.id,
    )
    await db.execute("VACUUM ANALYZE sessions_session")
    seen: list[str] = []
    with db.observed(seen.append):
        await list_sessions(SYSTEM, SessionFilter(user_id=None if is_everybody else user.id), PageRequest())

    arguments = [clock.now(), clock.now() - timedelta(hours=12), *([] if is_everybody else [user.id])]
    plan = "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {seen[0]}", *arguments))

    assert "Index Scan" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
