"""Requests to sign in: noted, bound to the browser they began in, forgotten after an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.errors import InvalidInput
from app.sessions.service import begin_flow, end_session, find_flow, finish_flow, sweep_sessions
from app.sessions.types import Flow, NewFlow
from app.users.service import delete_user
from tests.sessions.support import sign_in
from tests.support import commit, make_user, unknown_id

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
WISH = NewFlow(
    browser_id="browser-1",
    return_to="/oauth2/authorize/int_1?x=1",
    client_id="cli_1",
    client_name="Shop",
    login_hint="ada@example.com",
    ui_locales="de en",
    is_sign_up=True,
    must_reauthenticate=True,
    must_choose_account=True,
    min_auth_time=MOMENT - timedelta(minutes=5),
)


async def test_a_flow_keeps_everything_that_was_wished_for() -> None:
    with clock.frozen(MOMENT):
        flow = await commit(begin_flow(WISH))

        assert flow == Flow(
            id=flow.id,
            created_at=MOMENT,
            expires_at=MOMENT + timedelta(hours=1),
            session_id=None,
            **{name: getattr(WISH, name) for name in NewFlow.__slots__},
        )
        assert await find_flow(flow.id, "browser-1") == flow
    assert flow.id.startswith("flw_")


async def test_another_browser_cannot_go_on_with_a_flow() -> None:
    flow = await commit(begin_flow(WISH))

    for browser_id in ("browser-2", "", "browser-1 "):
        assert await find_flow(flow.id, browser_id) is None
    assert await find_flow(unknown_id("flw"), "browser-1") is None


async def test_a_flow_is_over_after_an_hour() -> None:
    with clock.frozen(MOMENT) as stopped:
        flow = await commit(begin_flow(WISH))

        stopped.advance(timedelta(hours=1) - TICK)
        assert await find_flow(flow.id, "browser-1") is not None
        stopped.advance(TICK)
        assert await find_flow(flow.id, "browser-1") is None


async def test_a_finished_flow_knows_its_session_until_that_is_gone() -> None:
    user = await make_user()
    session = (await sign_in(user)).session
    flow = await commit(begin_flow(WISH))

    await commit(finish_flow(flow.id, session.id))

    finished = await find_flow(flow.id, "browser-1")
    assert finished is not None
    assert finished.session_id == session.id
    await commit(delete_user(SYSTEM, user.id))
    orphan = await find_flow(flow.id, "browser-1")
    assert orphan is not None
    assert orphan.session_id is None


async def test_hints_too_long_to_be_any_are_dropped() -> None:
    flow = await commit(
        begin_flow(NewFlow(browser_id="b", return_to="/" + "x" * 5_000, login_hint="x" * 255, ui_locales="x" * 201))
    )

    assert (flow.login_hint, flow.ui_locales) == (None, None)
    assert await find_flow(flow.id, "b") == flow


async def test_a_hint_that_cannot_be_stored_is_refused_not_a_fault() -> None:
    with pytest.raises(InvalidInput):
        await commit(begin_flow(NewFlow(browser_id="b", return_to="/", login_hint="nul\0")))


async def test_what_is_long_over_is_swept() -> None:
    user = await make_user()
    with clock.frozen(MOMENT) as stopped:
        ended = await sign_in(user, browser_id="1")
        await sign_in(user, browser_id="2")
        await sign_in(user, browser_id="3")
        await commit(end_session(SYSTEM, ended.session.id))
        await commit(begin_flow(WISH))

        stopped.advance(timedelta(hours=1))
        assert await sweep_sessions() == 0
        stopped.advance(TICK)
        assert await sweep_sessions() == 1

        stopped.advance(timedelta(days=30) - timedelta(hours=1))
        assert await sweep_sessions() == 1

        stopped.advance(timedelta(days=14))
        assert await sweep_sessions() == 2
        assert await sweep_sessions() == 0
