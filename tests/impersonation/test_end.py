"""It ends: by the operator's wish, by time, with the operator's own session, and where it is not permitted any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import quote

import pytest

from app.authz.service import grant_relation, revoke_relation, super_admin
from app.authz.types import TupleKey
from app.graph.callers import Credentials, SessionOver, find_again, look_again
from app.impersonation.jobs import SWEEP
from app.impersonation.rules import DEFAULT_TTL
from app.impersonation.service import ending, find_acting, sweep_acting
from app.jobs import registry
from app.jobs.service import enqueue, run_pending
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.errors import AppError
from app.sessions.acting import holder_of
from app.sessions.service import end_session, find_session
from app.sessions.types import Session
from app.users.service import ban_user, delete_user, schedule_deletion
from app.users.types import User
from tests.graph.live import CSRF, Live
from tests.impersonation.support import LONGEST, STOP, Desk, make_desk, may_impersonate, told
from tests.login.support import Visitor
from tests.support import ORIGIN, as_user, commit, make_admin

ENDED = "user.impersonation_ended"


async def live_sessions() -> set[str]:
    return {row["id"] for row in await db.fetch("SELECT id FROM sessions_session WHERE ended_at IS NULL")}


async def test_the_banner_stops_it_and_the_operator_is_back(desk: Desk, user: User) -> None:
    own = await desk.session()
    await desk.begin(user)
    acting = await desk.session()

    page = await desk.visitor.get("/account/security")
    answer = await desk.visitor.submit(page, "acting-form")

    assert (answer.status, answer.response.headers["location"]) == (303, f"/admin/users/{user.id}")
    assert desk.acting_token is None
    assert await desk.session() == own
    assert await live_sessions() == {own.id}
    assert await told(ENDED, "session.deleted") == [
        ("session.deleted", user.id, desk.operator.id, acting.id, None),
        (ENDED, user.id, desk.operator.id, user.id, None),
    ]


async def test_the_api_stops_it_too(desk: Desk, user: User) -> None:
    own = await desk.session()
    await desk.begin(user)

    payload = (await desk.ask(STOP))["data"]["impersonationStop"]

    assert (payload["user"]["id"], payload["errors"]) == (user.id, [])
    assert await live_sessions() == {own.id}
    assert await desk.viewer() is None
    over = await desk.visitor.get("/impersonation/over?next=/admin/users")
    assert (over.status, over.links["onward"]) == (200, "/admin/users")
    assert await desk.who() == desk.operator.id


async def test_who_acts_as_nobody_has_nothing_to_stop(desk: Desk) -> None:
    payload = (await desk.ask(STOP))["data"]["impersonationStop"]

    assert [each["code"] for each in payload["errors"]] == ["CONFLICT"]
    assert await desk.who() == desk.operator.id


async def test_nobody_has_nothing_to_stop(desk: Desk, user: User) -> None:
    desk.visitor.client.cookies.delete("auther_session")

    assert (await desk.ask(STOP))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_form_of_another_site_stops_nothing(desk: Desk, user: User) -> None:
    await desk.begin(user)

    answer = await desk.visitor.client.post("/impersonation/stop", data={"csrf": "forged"})

    assert (answer.status_code, await desk.who()) == (403, user.id)


async def test_the_operators_own_session_is_not_used_by_it(desk: Desk, user: User) -> None:
    with clock.frozen() as time:
        own = await desk.session()
        await desk.begin(user, ttlSeconds=LONGEST)
        for _ in range(5):
            time.advance(timedelta(minutes=10))
            assert await desk.who() == user.id

        acting = await desk.session()
        after = await find_session(own.id)

    assert after is not None
    assert (after.last_seen_at, after.expires_at) == (own.last_seen_at, own.expires_at)
    assert acting.last_seen_at > own.last_seen_at


async def test_using_it_does_not_make_it_last(desk: Desk, user: User) -> None:
    with clock.frozen() as time:
        await desk.begin(user)
        time.advance(DEFAULT_TTL - timedelta(seconds=1))
        assert await desk.who() == user.id
        time.advance(timedelta(seconds=1))

        assert await desk.viewer() is None


async def test_when_it_is_over_nobody_is_silently_somebody_else(desk: Desk, user: User) -> None:
    with clock.frozen() as time:
        await desk.begin(user)
        form = await desk.visitor.get("/account/security")
        time.advance(DEFAULT_TTL)

        assert await desk.viewer() is None
        posted = await desk.visitor.submit(form, "acting-form")
        assert (posted.status, posted.response.headers["location"]) == (303, "/impersonation/over")
        assert await desk.viewer() is None
        gone = await desk.visitor.get("/account/security")
        signin = await desk.visitor.follow(gone)
        over = await desk.visitor.follow(signin)

        assert over.status == 200
        assert "You no longer act as somebody else" in over.html
        assert over.links["onward"] == "/account/security"
        assert await desk.who() == desk.operator.id


async def test_the_way_on_is_on_our_own_host(desk: Desk, user: User) -> None:
    with clock.frozen() as time:
        await desk.begin(user)
        time.advance(DEFAULT_TTL)

        over = await desk.visitor.get(f"/impersonation/over?next={quote('https://evil.example/')}")

    assert over.links["onward"] == "/admin/"


async def test_without_anything_begun_the_pages_lead_on(desk: Desk, user: User) -> None:
    stop, over = [await desk.visitor.get(f"/impersonation/{name}") for name in ("stop", "over")]

    assert [page.response.headers["location"] for page in (stop, over)] == ["/impersonation/over", "/admin/"]
    await desk.begin(user)
    assert (await desk.visitor.get("/impersonation/over")).response.headers["location"] == "/impersonation/stop"


async def test_the_operator_who_has_to_sign_in_anew_can(desk: Desk, user: User) -> None:
    await desk.begin(user)
    own = (await desk.session()).parent_id or ""
    await commit(end_session(as_user(desk.operator), own))

    over = await desk.visitor.follow(await desk.visitor.get("/signin"))
    await desk.visitor.sign_in("olga@example.com")

    assert over.status == 200
    assert await desk.who() == desk.operator.id


async def _end_own(desk: Desk, user: User, session: Session) -> None:
    await commit(end_session(as_user(desk.operator), session.parent_id or ""))


async def _ban_operator(desk: Desk, user: User, session: Session) -> None:
    await commit(ban_user(SYSTEM, desk.operator.id))


async def _delete_operator(desk: Desk, user: User, session: Session) -> None:
    await commit(delete_user(as_user(await make_admin()), desk.operator.id))


async def _take_permission(desk: Desk, user: User, session: Session) -> None:
    await commit(revoke_relation(SYSTEM, TupleKey("users", "*", "admin", "user", desk.operator.id)))


async def _make_stronger(desk: Desk, user: User, session: Session) -> None:
    await commit(grant_relation(SYSTEM, super_admin("user", user.id)))


async def _ban_user(desk: Desk, user: User, session: Session) -> None:
    await commit(ban_user(SYSTEM, user.id))


async def _schedule_deletion(desk: Desk, user: User, session: Session) -> None:
    await commit(schedule_deletion(SYSTEM, user.id, grace=timedelta(days=14)))


async def _delete_user(desk: Desk, user: User, session: Session) -> None:
    await commit(delete_user(as_user(await make_admin()), user.id))


async def _end_as_user(desk: Desk, user: User, session: Session) -> None:
    await commit(end_session(as_user(user), session.id))


CAUSES: dict[str, tuple[Callable[[Desk, User, Session], Awaitable[None]], str | None]] = {
    "the operator's session ends": (_end_own, "sessions_parent_ended"),
    "the operator is banned": (_ban_operator, "sessions_parent_ended"),
    "the operator is deleted": (_delete_operator, "sessions_parent_ended"),
    "the operator may not any more": (_take_permission, "impersonation_not_permitted"),
    "the user becomes stronger": (_make_stronger, "impersonation_of_stronger"),
    "the user is banned": (_ban_user, None),
    "the user will be deleted": (_schedule_deletion, None),
    "the user is deleted": (_delete_user, None),
    "the user ends it": (_end_as_user, None),
}


@pytest.mark.parametrize("cause", CAUSES)
async def test_it_ends_at_the_next_request_when(desk: Desk, user: User, cause: str) -> None:
    happen, reason = CAUSES[cause]
    await desk.begin(user)
    session = await desk.session()

    await happen(desk, user, session)

    assert await desk.viewer() is None
    assert session.id not in await live_sessions()
    assert await told(ENDED) == [(ENDED, user.id, desk.operator.id, user.id, reason)]


@pytest.mark.parametrize("cause", ["the operator may not any more", "the user becomes stronger"])
async def test_it_ends_within_a_minute_also_where_nobody_asks(desk: Desk, user: User, cause: str) -> None:
    await desk.begin(user)
    session = await desk.session()
    await CAUSES[cause][0](desk, user, session)
    assert session.id in await live_sessions()

    assert await commit(sweep_acting()) == 1

    assert session.id not in await live_sessions()
    assert await told(ENDED) == [(ENDED, user.id, desk.operator.id, user.id, "impersonation_not_permitted")]


async def test_what_ran_out_is_told_once_with_both_names(desk: Desk, user: User) -> None:
    with clock.frozen() as time:
        await desk.begin(user)
        session = await desk.session()
        time.advance(DEFAULT_TTL)

        assert [await commit(sweep_acting()) for _ in range(2)] == [1, 0]

    assert await told(ENDED, "session.deleted") == [
        ("session.deleted", user.id, desk.operator.id, session.id, "impersonation_expired"),
        (ENDED, user.id, desk.operator.id, user.id, "impersonation_expired"),
    ]


async def test_an_operators_session_that_ran_out_by_itself_takes_it_along(desk: Desk, user: User) -> None:
    await desk.begin(user)
    session = await desk.session()
    own = "UPDATE sessions_session SET expires_at = $2 WHERE id = $1"
    await db.execute(own, session.parent_id, clock.now() - timedelta(seconds=1))

    token, acting = desk.visitor.session_token or "", desk.acting_token or ""
    credentials = Credentials(holder_of(session, SYSTEM), session_token=acting)
    with clock.frozen(clock.now() + timedelta(minutes=2)):  # nothing is remembered so long
        assert await find_acting(token, acting, ORIGIN) is None
        assert isinstance((await look_again([credentials]))[credentials], SessionOver)
    assert await commit(sweep_acting()) == 1
    assert (await told(ENDED))[0][-1] == "sessions_parent_ended"


async def test_what_goes_on_is_left_alone_and_requests_are_forgotten(desk: Desk, user: User) -> None:
    with clock.frozen() as time:
        await desk.request(user)
        await desk.begin(user)
        time.advance(timedelta(minutes=5))

        assert await commit(sweep_acting()) == 0

        assert await desk.who() == user.id
        assert await db.fetch_value("SELECT count(*) FROM impersonation_request") == 0


async def test_the_worker_does_it_every_minute(desk: Desk, user: User) -> None:
    with clock.frozen() as time:
        await desk.begin(user)
        time.advance(DEFAULT_TTL)
        await commit(enqueue(SWEEP, {}))
        await run_pending()

    assert registry.schedules[SWEEP] == timedelta(minutes=1)
    assert [row[0] for row in await told(ENDED)] == [ENDED]


async def test_a_stream_of_who_acts_ends_with_it(desk: Desk, user: User) -> None:
    await desk.begin(user)
    session = await desk.session()
    credentials = Credentials(holder_of(session, SYSTEM), session_token=desk.acting_token)
    alive = await find_again(credentials)
    assert alive.actor.impersonator_id == desk.operator.id
    assert not isinstance((await look_again([credentials]))[credentials], SessionOver)

    await commit(end_session(as_user(desk.operator), session.parent_id or ""))

    with pytest.raises(SessionOver):
        await find_again(credentials)
    assert isinstance((await look_again([credentials]))[credentials], SessionOver)


@pytest.mark.parametrize("cause", ["the operator may not any more", "the user becomes stronger"])
async def test_a_connection_of_who_acts_ends_with_the_right_to_it(desk: Desk, user: User, cause: str) -> None:
    await desk.begin(user)
    session = await desk.session()
    acting = Credentials(holder_of(session, SYSTEM), session_token=desk.acting_token)
    own = Credentials(as_user(desk.operator), session_token=desk.visitor.session_token)

    await CAUSES[cause][0](desk, user, session)

    with pytest.raises(SessionOver):
        await find_again(acting)
    found = await look_again([acting, own])
    assert isinstance(found[acting], SessionOver)
    assert not isinstance(found[own], AppError)


@pytest.mark.parametrize("cause", ["the operator may not any more", "the user becomes stronger"])
async def test_an_open_socket_of_who_acts_does_nothing_more(desk: Desk, user: User, live: Live, cause: str) -> None:
    await desk.begin(user)
    session = await desk.session()
    cookies = "; ".join(f"{each.name}={each.value}" for each in desk.visitor.client.cookies.jar)
    async with live.connected({"cookie": cookies, **CSRF}) as socket:
        await CAUSES[cause][0](desk, user, session)

        await socket.send({"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { user { id } } }"}})

        answer = await socket.receive()
        assert answer["type"] == "error"
        assert answer["payload"][0]["extensions"]["reason"] == "graph_session_over"
        assert await socket.closed() == (4403, "This session has ended. Sign in again.")


async def test_every_session_is_looked_at_however_many_there_are(
    desk: Desk, user: User, stranger: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "_BATCH", 1)
    other = await make_desk(stranger, "oscar@example.com")
    await desk.begin(user)
    await other.begin(user)
    goes_on, over = await desk.session(), await other.session()
    assert goes_on.id < over.id
    await _take_permission(other, user, over)

    assert await commit(sweep_acting()) == 1

    assert await desk.who() == user.id
    assert over.id not in await live_sessions()


async def test_signing_out_stops_it_instead(desk: Desk, user: User) -> None:
    await desk.begin(user)

    page = await desk.visitor.get("/signout")

    assert (page.status, page.response.headers["location"]) == (303, "/impersonation/stop")
    stop = await desk.visitor.follow(page)
    await desk.visitor.submit(stop, "stop-form")
    assert await desk.who() == desk.operator.id


async def test_signing_out_of_the_operators_own_session_elsewhere_ends_both(desk: Desk, user: User) -> None:
    await may_impersonate(user)
    await desk.begin(user)
    session = await desk.session()

    await commit(end_session(as_user(desk.operator), session.parent_id or ""))

    assert (await desk.visitor.get("/account/security")).response.headers["location"].startswith("/signin")
    assert await live_sessions() == set()
