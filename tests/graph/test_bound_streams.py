"""Tokens that are bound to a key, on connections that last: proved when they begin, and looked at after that."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.kit import db
from app.kit.actor import SYSTEM
from app.oidc.queries import grants
from app.sessions.service import begin_session
from app.users.types import User
from tests.graph.live import Live
from tests.graph.test_callers import make_token
from tests.oidc.proving import Prover
from tests.support import commit, make_admin

ABOUT_A_SECOND = 3
VIEWER = "{ viewer { user { id } } }"
PATH = "/graphql"
REFUSED = 4403


@pytest.fixture
def prover() -> Prover:
    return Prover()


async def bound_token(user: User, prover: Prover) -> tuple[str, str]:
    """A bound token of a new session, and the session's id."""
    new = await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    return await make_token(user, new.session.id, cnf={"jkt": prover.jkt}), new.session.id


async def test_rfc9449_7_1_a_socket_is_opened_with_one_proof_and_works_on(live: Live, prover: Prover) -> None:
    admin = await make_admin()
    token, _ = await bound_token(admin, prover)
    headers = prover.shows(token, PATH)

    async with live.connected(headers) as socket:
        for number in range(3):
            await socket.subscribe(str(number), VIEWER)
            assert (await socket.receive())["payload"]["data"]["viewer"]["user"] == {"id": admin.id}
            assert (await socket.receive())["type"] == "complete"

    assert await db.fetch_value("SELECT count(*) FROM oidc_spent_proof") == 1


async def test_a_browser_sends_token_and_proof_with_the_first_message(live: Live, prover: Prover) -> None:
    admin = await make_admin()
    token, _ = await bound_token(admin, prover)

    async with live.connected(None, prover.shows(token, PATH)) as socket:
        await socket.subscribe("1", VIEWER)
        assert (await socket.receive())["payload"]["data"]["viewer"]["user"] == {"id": admin.id}


async def test_a_socket_without_a_good_proof_is_closed(live: Live, prover: Prover) -> None:
    token, _ = await bound_token(await make_admin(), prover)
    good = prover.shows(token, PATH)
    async with live.connected(good):
        pass
    bad: list[dict[str, Any]] = [
        {"authorization": f"Bearer {token}"},
        {"authorization": f"DPoP {token}"},
        good,  # used before
        prover.shows(token, PATH, method="POST"),
        prover.shows(token, "/elsewhere"),
        prover.shows(token, PATH, nonce=None),
        Prover().shows(token, PATH),
        {**prover.shows(token, PATH), "authorization": f"Bearer {token}"},
    ]

    for payload in bad:
        async with live.open(None) as socket:
            await socket.send({"type": "connection_init", "payload": payload})
            code, _ = await socket.closed()
            assert code == REFUSED, payload


async def test_a_stream_of_a_bound_token_ends_with_its_grant(live: Live, prover: Prover) -> None:
    token, session_id = await bound_token(await make_admin(), prover)

    async with live.connected(prover.shows(token, PATH)) as socket:
        await socket.subscribe()
        await socket.next()
        await commit(grants.revoke_of_session(session_id))

        async with asyncio.timeout(ABOUT_A_SECOND):
            assert await socket.next() == ("UNAUTHENTICATED", "graph_token_invalid")


async def test_an_event_stream_is_opened_with_one_proof(live: Live, prover: Prover) -> None:
    token, session_id = await bound_token(await make_admin(), prover)

    async with live.events(headers=prover.shows(token, PATH, method="POST")) as events:
        await events.next()
        await commit(grants.revoke_of_session(session_id))

        async with asyncio.timeout(ABOUT_A_SECOND):
            assert await events.next() == ("UNAUTHENTICATED", "graph_token_invalid")
