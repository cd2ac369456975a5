"""Applications hear of the end of a session, each once, however it ends (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.clients.service import delete_client, update_client
from app.clients.types import ClientChanges
from app.events.types import Outcome
from app.jobs import queries as jobs_queries
from app.jobs.service import enqueue, run_pending
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.oidc import backchannel
from app.oidc.backchannel import (
    MAX_ATTEMPTS,
    PLACES,
    STRANGERS_MAX_ATTEMPTS,
    TELL,
    TELL_STRANGERS,
    forget_away,
    tell_expired_sessions,
)
from app.oidc.hints import read_id_token_hint
from app.oidc.jobs import SWEEP
from app.sessions.service import end_session, revoke_sessions
from app.sessions.types import Session
from app.users.service import ban_user, delete_user
from app.users.types import User
from tests.jobs.support import running_worker, until_set, until_state
from tests.metrics.support import Change
from tests.oidc.receiver import EVENT, Receiver, Silence
from tests.oidc.registering import describe_itself
from tests.oidc.support import Party, claims_of, header_of, make_party, sign_in
from tests.oidc.test_impersonation import make_desk, may_impersonate
from tests.support import ISSUER, as_user, commit, make_user, read_audit

WAITING = "SELECT count(*) FROM jobs_job WHERE kind = $1 AND state <> 'done'"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().serving() as receiver:
        with override(outbound_allow=(receiver.target,)):
            yield receiver


@pytest.fixture
async def told(browser: httpx.AsyncClient, receiver: Receiver) -> Party:
    """An application that wants to hear."""
    return await make_party(browser, backchannel_logout_uri=receiver.uri)


@pytest.fixture(autouse=True)
def nobody_is_away() -> None:
    forget_away()


async def make_stranger(browser: httpx.AsyncClient, **changes: Any) -> Party:
    """An application that registered itself."""
    party = await make_party(browser, **changes)
    await describe_itself(party.client.id)
    return party


async def waiting() -> int:
    return int(await db.fetch_value(WAITING, TELL))


async def heard(party: Party, receiver: Receiver) -> list[dict[str, Any]]:
    """Run what waits; the claims of the tokens that arrived so far."""
    await run_pending()
    return receiver.read((await party.browser.get("/oauth2/jwks")).json())


async def test_backchannel_2_4_the_token_says_who_and_which_session(
    told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    tokens = await told.tokens()
    with clock.frozen():
        await commit(end_session(as_user(user), session.id))
        [claims] = await heard(told, receiver)
        now = clock.timestamp()

    assert set(claims) == {"iss", "sub", "aud", "iat", "exp", "jti", "sid", "events"}
    assert claims["iss"] == ISSUER
    assert claims["aud"] == told.client.id
    assert claims["sub"] == user.id == claims_of(tokens["id_token"])["sub"]
    assert claims["sid"] == session.id == claims_of(tokens["id_token"])["sid"]
    assert claims["events"] == {EVENT: {}}
    assert claims["iat"] == now
    assert claims["exp"] == now + 120
    assert claims["jti"].startswith("tok_")
    assert receiver.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_backchannel_2_6_the_token_is_signed_as_the_clients_id_tokens(
    browser: httpx.AsyncClient, session: Session, user: User, receiver: Receiver
) -> None:
    algorithms = ("RS256", "ES256", "EdDSA")
    for alg in algorithms:
        party = await make_party(browser, backchannel_logout_uri=receiver.uri, id_token_signed_response_alg=alg)
        await party.tokens()

    await commit(end_session(as_user(user), session.id))
    await run_pending()

    assert {header_of(token)["alg"] for token in receiver.tokens} == set(algorithms)


async def test_a_client_with_pairwise_subjects_hears_the_name_that_it_knows(
    browser: httpx.AsyncClient, session: Session, user: User, receiver: Receiver
) -> None:
    party = await make_party(browser, backchannel_logout_uri=receiver.uri, subject_type="pairwise")
    known = claims_of((await party.tokens())["id_token"])

    await commit(delete_user(SYSTEM, user.id))

    [claims] = await heard(party, receiver)
    assert claims["sub"] == known["sub"] != user.id
    assert claims["sid"] == known["sid"] != session.id


async def test_a_logout_token_is_no_hint_and_no_access_token(
    told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    await told.tokens()
    await commit(end_session(as_user(user), session.id))
    await run_pending()
    [token] = receiver.tokens

    assert await read_id_token_hint(token) is None
    assert (await told.userinfo(token)).status_code == 401


async def test_only_those_who_took_part_and_want_to_hear_are_told_once(
    browser: httpx.AsyncClient, told: Party, party: Party, session: Session, user: User, receiver: Receiver
) -> None:
    await make_party(browser, backchannel_logout_uri=receiver.uri)
    await party.tokens()
    for _ in range(3):
        await told.tokens()
    await told.code()

    await commit(end_session(as_user(user), session.id))

    assert [claims["aud"] for claims in await heard(told, receiver)] == [told.client.id]
    assert len(await heard(told, receiver)) == 1


async def test_the_session_of_another_browser_stays(
    told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    await told.tokens()
    other = await sign_in(told.browser, user)
    await told.tokens()

    await commit(end_session(as_user(user), other.id))

    assert [claims["sid"] for claims in await heard(told, receiver)] == [other.id]


async def _sign_out(party: Party, user: User, session: Session) -> None:
    hint = (await party.tokens())["id_token"]
    await party.browser.get("/oauth2/logout", params={"id_token_hint": hint})


async def _end(party: Party, user: User, session: Session) -> None:
    await commit(end_session(SYSTEM, session.id))


async def _end_all(party: Party, user: User, session: Session) -> None:
    await commit(revoke_sessions(as_user(user), user.id))


async def _ban(party: Party, user: User, session: Session) -> None:
    await commit(ban_user(SYSTEM, user.id, reason="spam"))


async def _delete(party: Party, user: User, session: Session) -> None:
    await commit(delete_user(SYSTEM, user.id))


async def _somebody_else_signs_in(party: Party, user: User, session: Session) -> None:
    await sign_in(party.browser, await make_user("grace@example.com"), replaces=session.id)


WAYS: dict[str, Callable[[Party, User, Session], Awaitable[None]]] = {
    "sign-out": _sign_out,
    "one session ended": _end,
    "all sessions ended": _end_all,
    "ban": _ban,
    "deletion": _delete,
    "somebody else signs in": _somebody_else_signs_in,
}


@pytest.mark.parametrize("way", WAYS)
async def test_however_a_session_ends_the_application_hears_of_it(
    told: Party, session: Session, user: User, receiver: Receiver, way: str
) -> None:
    await told.tokens()

    await WAYS[way](told, user, session)

    [claims] = await heard(told, receiver)
    assert (claims["sub"], claims["sid"]) == (user.id, session.id)
    [event] = [event for event in await read_audit() if event.action == "oidc.logout_told"]
    assert (event.target_id, event.outcome, event.after) == (
        told.client.id,
        Outcome.SUCCESS,
        {"session_id": session.id},
    )


async def test_signing_in_again_goes_on_with_the_session_and_tells_nobody(
    told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    await told.tokens()

    again = await sign_in(told.browser, user, replaces=session.id)

    assert again.id == session.id
    assert await heard(told, receiver) == []


async def test_what_is_rolled_back_tells_nobody(told: Party, session: Session, user: User, receiver: Receiver) -> None:
    await told.tokens()

    with pytest.raises(ZeroDivisionError):
        async with db.unit_of_work():
            await end_session(as_user(user), session.id)
            raise ZeroDivisionError

    assert await heard(told, receiver) == []


async def test_who_acts_as_a_user_is_told_of_the_session_that_it_is(
    browser: httpx.AsyncClient, user: User, receiver: Receiver
) -> None:
    desk = await make_desk(browser)
    await may_impersonate(desk.operator)
    address = ClientChanges(backchannel_logout_uri=receiver.uri)
    await commit(update_client(SYSTEM, desk.machine.client.id, address))
    assert (await desk.become(user.id)).status_code == 200

    await commit(end_session(as_user(desk.operator), desk.session.id))

    [claims] = await heard(desk.machine, receiver)
    assert (claims["sub"], claims["sid"]) == (desk.operator.id, desk.session.id)


@pytest.mark.parametrize("status", [400, 404, 500, 503, 302])
async def test_a_refusal_is_tried_again_with_a_new_token(
    told: Party, session: Session, user: User, receiver: Receiver, status: int
) -> None:
    await told.tokens()
    receiver.statuses = [status]
    change = Change()
    with clock.frozen() as now:
        await commit(end_session(as_user(user), session.id))
        assert len(await heard(told, receiver)) == 1
        assert await waiting() == 1

        now.advance(timedelta(seconds=2))
        first, second = await heard(told, receiver)

    assert await waiting() == 0
    assert (first["sid"], second["sid"]) == (session.id, session.id)
    assert first["jti"] != second["jti"]
    assert second["iat"] == first["iat"] + 2
    assert [change("oidc_backchannel_logout_total", status=each) for each in ("failure", "success")] == [1, 1]


@pytest.mark.parametrize("status", [200, 204])
async def test_backchannel_2_7_what_counts_as_heard(
    told: Party, session: Session, user: User, receiver: Receiver, status: int
) -> None:
    await told.tokens()
    receiver.statuses = [status]
    await commit(end_session(as_user(user), session.id))

    await heard(told, receiver)

    assert await waiting() == 0


async def test_an_application_that_is_down_hears_when_it_is_back(
    browser: httpx.AsyncClient, session: Session, user: User
) -> None:
    receiver = Receiver()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        receiver.port = probe.getsockname()[1]
    with override(outbound_allow=(receiver.target,)), clock.frozen() as now:
        party = await make_party(browser, backchannel_logout_uri=receiver.uri)
        await party.tokens()
        await commit(end_session(as_user(user), session.id))
        for _ in range(10):
            await run_pending()
            now.advance(timedelta(hours=1))
        assert await waiting() == 1

        async with receiver.serving(receiver.port):
            [claims] = await heard(party, receiver)

        assert claims["iat"] == clock.timestamp()

    assert await waiting() == 0


async def test_a_server_that_does_not_answer_is_left_alone_for_a_moment(browser: httpx.AsyncClient, user: User) -> None:
    """So that one application cannot keep all workers waiting."""
    calls = 0

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    target = f"localhost:{server.sockets[0].getsockname()[1]}"
    with override(outbound_allow=(target,)), clock.frozen() as now:
        party = await make_party(browser, backchannel_logout_uri=f"http://{target}/backchannel")
        for _ in range(3):
            await sign_in(browser, user)
            await party.tokens()
        await commit(revoke_sessions(SYSTEM, user.id))
        await run_pending()
        first = calls
        now.advance(timedelta(seconds=11))
        await run_pending()
    server.close()
    await server.wait_closed()

    assert (first, calls) == (1, 2)
    assert await waiting() == 3


async def test_servers_of_strangers_that_hang_keep_neither_other_applications_nor_other_work_waiting(
    browser: httpx.AsyncClient,
    told: Party,
    session: Session,
    user: User,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backchannel, "TIMEOUT", timedelta(hours=1))
    async with Silence().serving() as silence:
        for _ in range(PLACES[TELL_STRANGERS] + 3):
            await (await make_stranger(browser, backchannel_logout_uri=silence.uri)).tokens()
        other = await sign_in(browser, user)
        await told.tokens()
        async with running_worker(concurrency=1, grace=timedelta(milliseconds=10)):
            await commit(end_session(as_user(user), session.id))
            await until_set(silence.full)

            await commit(end_session(as_user(user), other.id))
            swept = await commit(enqueue(SWEEP, {}))
            await until_set(receiver.heard)
            await until_state(swept, "done")
            calls = silence.calls

    assert calls == PLACES[TELL_STRANGERS]
    assert len(receiver.tokens) == 1


async def test_strangers_on_a_host_that_does_not_answer_are_left_alone_together_and_operators_clients_are_not(
    browser: httpx.AsyncClient, session: Session, user: User
) -> None:
    async with Silence(hangs=False).serving() as first, Silence(hangs=False).serving() as second:
        for uri in (first.uri, second.uri, first.uri):
            await (await make_stranger(browser, backchannel_logout_uri=uri)).tokens()
        with override(outbound_allow=(first.target,)), clock.frozen() as now:
            await (await make_party(browser, backchannel_logout_uri=first.uri)).tokens()
            await commit(end_session(as_user(user), session.id))
            await run_pending()
            calls = first.calls + second.calls

            now.advance(timedelta(seconds=11))
            await run_pending()

    assert calls == 2
    assert first.calls + second.calls == 4


async def test_a_stranger_that_never_answers_is_given_up_sooner(
    browser: httpx.AsyncClient, session: Session, user: User, receiver: Receiver
) -> None:
    receiver.statuses = [500] * MAX_ATTEMPTS
    with override(registration_outbound_allow=(receiver.target,)), clock.frozen() as now:
        stranger = await make_stranger(browser, backchannel_logout_uri=receiver.uri)
        await stranger.tokens()
        await commit(end_session(as_user(user), session.id))
        for _ in range(STRANGERS_MAX_ATTEMPTS + 1):
            await run_pending()
            now.advance(timedelta(hours=1))

    assert len(receiver.tokens) == STRANGERS_MAX_ATTEMPTS == 12
    [event] = [event for event in await read_audit() if event.action == "oidc.logout_not_told"]
    assert (event.target_id, event.outcome, event.reason) == (
        stranger.client.id,
        Outcome.FAILURE,
        "oidc_logout_not_heard",
    )
    assert await db.fetch_value("SELECT state FROM jobs_job WHERE kind = $1", TELL_STRANGERS) == "dead"


async def test_a_session_of_strangers_whose_time_is_over_is_told_among_those_of_strangers(
    browser: httpx.AsyncClient, session: Session, receiver: Receiver
) -> None:
    stranger = await make_stranger(browser, backchannel_logout_uri=receiver.uri)
    await stranger.tokens()
    with clock.frozen(session.expires_at) as now, override(registration_outbound_allow=(receiver.target,)):
        now.advance(timedelta(seconds=1))
        assert await commit(tell_expired_sessions()) == 1
        kinds = await db.fetch("SELECT kind FROM jobs_job WHERE kind = ANY($1)", [TELL, TELL_STRANGERS])
        [claims] = await heard(stranger, receiver)

    assert [row["kind"] for row in kinds] == [TELL_STRANGERS]
    assert claims["aud"] == stranger.client.id


async def test_an_application_that_never_answers_is_given_up_and_the_trail_says_so(
    told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    await told.tokens()
    receiver.statuses = [500] * (MAX_ATTEMPTS + 1)
    with clock.frozen() as now:
        await commit(end_session(as_user(user), session.id))
        for _ in range(MAX_ATTEMPTS):
            await run_pending()
            now.advance(timedelta(hours=1))
        await run_pending()

    assert len(receiver.tokens) == MAX_ATTEMPTS
    [event] = [event for event in await read_audit() if event.action == "oidc.logout_not_told"]
    assert (event.target_id, event.outcome, event.reason) == (told.client.id, Outcome.FAILURE, "oidc_logout_not_heard")
    assert await db.fetch_value("SELECT state FROM jobs_job WHERE kind = $1", TELL) == "dead"


async def test_a_process_that_dies_between_commit_and_delivery_loses_nothing(
    told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    await told.tokens()
    with clock.frozen() as now:
        await commit(end_session(as_user(user), session.id))
        # It took the job, and was never heard of again.
        taken = await jobs_queries.claim_jobs("wrk_dead", limit=50, now=clock.now(), lease=timedelta(seconds=30))
        assert TELL in [one.job.kind for one in taken]
        assert await heard(told, receiver) == []

        now.advance(timedelta(seconds=31))
        [claims] = await heard(told, receiver)

    assert claims["sid"] == session.id


async def test_an_address_that_is_not_public_is_not_called(
    told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    await told.tokens()
    await commit(end_session(as_user(user), session.id))

    with override(outbound_allow=()):
        await run_pending()

    assert receiver.tokens == []
    assert "http_scheme_refused" in await db.fetch_value("SELECT last_error FROM jobs_job WHERE kind = $1", TELL)


async def test_a_client_that_is_gone_or_takes_its_address_back_is_not_called(
    browser: httpx.AsyncClient, told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    other = await make_party(browser, backchannel_logout_uri=receiver.uri)
    await told.tokens()
    await other.tokens()
    await commit(end_session(as_user(user), session.id))
    await commit(update_client(SYSTEM, told.client.id, ClientChanges(backchannel_logout_uri=None)))
    await commit(delete_client(SYSTEM, other.client.id))

    assert await heard(told, receiver) == []
    assert await waiting() == 0


async def test_a_session_whose_time_is_over_is_told_once(
    told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    await told.tokens()
    with clock.frozen(session.expires_at) as now:
        now.advance(timedelta(seconds=1))
        for _ in range(2):
            await commit(enqueue(SWEEP, {}))
            await run_pending()
        [claims] = await heard(told, receiver)

    assert claims["sid"] == session.id


async def test_offline_access_outlives_the_time_of_a_session(
    told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    with clock.frozen(session.expires_at) as now:
        now.advance(timedelta(days=-1))
        await db.execute("UPDATE sessions_session SET last_seen_at = $1", clock.now())
        await told.tokens(scope="openid offline_access")
        now.advance(timedelta(days=1, seconds=1))
        assert await commit(tell_expired_sessions()) == 0

        await commit(end_session(SYSTEM, session.id))
        assert len(await heard(told, receiver)) == 1


async def test_a_session_that_lives_is_left_alone(told: Party, session: Session) -> None:
    await told.tokens()

    assert await commit(tell_expired_sessions()) == 0


async def test_a_client_that_registered_itself_does_not_reach_what_operators_opened(
    told: Party, session: Session, user: User, receiver: Receiver
) -> None:
    await told.tokens()
    await describe_itself(told.client.id)
    await commit(end_session(as_user(user), session.id))

    await run_pending()

    assert receiver.tokens == []
    error = await db.fetch_value("SELECT last_error FROM jobs_job WHERE kind = $1", TELL_STRANGERS)
    assert "http_scheme_refused" in error
