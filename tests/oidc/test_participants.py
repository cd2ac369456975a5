"""Who took part in a session: one row each, whatever happens at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from app.clients.service import delete_client
from app.jobs.service import run_pending
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.receiver import Receiver
from tests.oidc.support import Party, claims_of, make_party, sign_in
from tests.support import commit

ROUNDS = 8


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().serving() as receiver:
        with override(outbound_allow=(receiver.target,)):
            yield receiver


async def participants() -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT session_id, client_id FROM oidc_participant ORDER BY id")
    return [(row["session_id"], row["client_id"]) for row in rows]


async def test_many_codes_redeemed_at_once_make_one_row(party: Party, session: Session) -> None:
    codes = [await party.code() for _ in range(ROUNDS)]

    answers = await asyncio.gather(*(party.redeem(code) for code in codes))

    assert {answer.status_code for answer in answers} == {200}
    assert await participants() == [(session.id, party.client.id)]


async def test_rows_go_with_the_client_and_with_the_session(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    other = await make_party(browser)
    await party.tokens()
    await other.tokens()

    await commit(delete_client(SYSTEM, party.client.id))
    assert await participants() == [(session.id, other.client.id)]

    await db.execute("DELETE FROM sessions_session WHERE id = $1", session.id)
    assert await participants() == []


async def test_whoever_got_tokens_while_the_session_ended_hears_of_it(
    browser: httpx.AsyncClient, user: User, receiver: Receiver
) -> None:
    """Either the code is worth nothing any more, or the client is told: never tokens of a session unheard of."""
    party = await make_party(browser, backchannel_logout_uri=receiver.uri)
    redeemed = set()
    for _ in range(ROUNDS):
        session = await sign_in(browser, user)
        code = await party.code()
        answer, _ = await asyncio.gather(party.redeem(code), commit(end_session(SYSTEM, session.id)))
        if answer.status_code == 200:
            redeemed.add(session.id)
            assert (await party.userinfo(answer.json()["access_token"])).status_code == 401

    await run_pending()

    assert {claims_of(token)["sid"] for token in receiver.tokens} == redeemed
