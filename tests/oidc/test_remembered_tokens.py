"""Access tokens that a process remembers: they cost no statement, and are dead at once when anything ends them."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from app.clients.service import delete_client, update_client
from app.clients.types import ClientChanges
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.recall import ear, hearing
from app.oidc.access_tokens import find_access_token
from app.oidc.service import end_grants_of_user, withdraw_consent
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.service import ban_user, delete_user, update_user
from app.users.types import User, UserChanges, UserEvent
from tests.oidc.support import Party
from tests.support import commit, counted_statements

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 20


class PasswordGone(UserEvent):
    """What stands for everything that makes a user's proofs worthless."""


Ending = Callable[[Party, Session, dict[str, str]], Awaitable[object]]
ENDINGS: dict[str, Ending] = {
    "user banned": lambda party, session, given: commit(ban_user(SYSTEM, session.user_id, reason="spam")),
    "user deleted": lambda party, session, given: commit(delete_user(SYSTEM, session.user_id)),
    "session ended": lambda party, session, given: commit(end_session(SYSTEM, session.id)),
    "password changed": lambda party, session, given: commit(
        end_grants_of_user(SYSTEM, PasswordGone(target_id=session.user_id))
    ),
    "consent withdrawn": lambda party, session, given: commit(
        withdraw_consent(SYSTEM, session.user_id, party.client.id)
    ),
    "client disabled": lambda party, session, given: commit(
        update_client(SYSTEM, party.client.id, ClientChanges(is_enabled=False))
    ),
    "client deleted": lambda party, session, given: commit(delete_client(SYSTEM, party.client.id)),
    "token revoked": lambda party, session, given: party.post("/oauth2/revoke", {"token": given["access_token"]}),
    "refresh token revoked": lambda party, session, given: party.post(
        "/oauth2/revoke", {"token": given["refresh_token"]}
    ),
}
# The same, by somebody who goes past the program: $1 user, $2 session, $3 client, $4 token.
STATEMENTS = {
    "user banned": "UPDATE users_user SET banned_at = now() WHERE id = $1",
    "user deleted": "DELETE FROM users_user WHERE id = $1",
    "session ended": "UPDATE sessions_session SET ended_at = now() WHERE id = $1",
    "grant revoked": "UPDATE oidc_grant SET revoked_at = now() WHERE session_id = $1",
    "grant deleted": "DELETE FROM oidc_grant WHERE session_id = $1",
    "client disabled": "UPDATE clients_client SET is_enabled = false WHERE id = $1",
    "client deleted": "DELETE FROM clients_client WHERE id = $1",
    "token revoked": "INSERT INTO oidc_revoked_token (id, expires_at) VALUES ($1, now())",
    "tables emptied": "TRUNCATE users_user CASCADE",
}


@pytest.fixture
async def hears(database: None) -> AsyncIterator[None]:
    async with hearing():
        await until(lambda: ear.hears)
        yield


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - what is heard sets no event of ours
            await asyncio.sleep(0.001)


@asynccontextmanager
async def stranger(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def prepare(party: Party) -> dict[str, str]:
    """Tokens of which the access token is remembered here."""
    given = await party.tokens(scope="openid offline_access")
    assert await find_access_token(given["access_token"]) is not None
    with counted_statements() as statements:
        assert await find_access_token(given["access_token"]) is not None
    assert statements == []
    return given


@pytest.mark.usefixtures("hears")
async def test_userinfo_costs_no_statement_once_the_token_is_known(party: Party, session: Session) -> None:
    token = (await prepare(party))["access_token"]

    with counted_statements() as statements:
        answer = await party.userinfo(token)

    assert (answer.status_code, statements) == (200, [])


@pytest.mark.usefixtures("hears")
@pytest.mark.parametrize("name", ENDINGS)
async def test_a_token_that_was_ended_here_is_dead_at_the_next_request(
    name: str, party: Party, session: Session
) -> None:
    given = await prepare(party)

    await ENDINGS[name](party, session, given)

    assert await find_access_token(given["access_token"]) is None
    assert (await party.userinfo(given["access_token"])).status_code == 401


@pytest.mark.usefixtures("hears")
@pytest.mark.parametrize("name", STATEMENTS)
async def test_a_token_that_was_ended_past_the_program_is_dead_once_that_is_heard(
    name: str, party: Party, session: Session, dsn: str
) -> None:
    token = (await prepare(party))["access_token"]
    access = await find_access_token(token)
    assert access is not None
    named = {"user": access.user.id, "session": session.id, "grant": session.id, "client": party.client.id}
    values = [access.claims["jti"] if name == "token revoked" else named.get(name.split()[0])]
    before = ear.generation

    async with stranger(dsn) as connection:
        await connection.execute(STATEMENTS[name], *(values if "$1" in STATEMENTS[name] else ()))
    await until(lambda: ear.generation > before)

    assert await find_access_token(token) is None


@pytest.mark.usefixtures("hears")
async def test_what_was_rolled_back_ends_nothing(party: Party, session: Session) -> None:
    token = (await prepare(party))["access_token"]

    with pytest.raises(LookupError):
        async with db.unit_of_work():
            await ban_user(SYSTEM, session.user_id, reason="spam")
            assert await find_access_token(token) is None
            raise LookupError

    assert await find_access_token(token) is not None


@pytest.mark.usefixtures("hears")
async def test_userinfo_tells_what_changed_a_moment_ago(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]
    before = (await party.userinfo(token)).json()["name"]

    await commit(update_user(SYSTEM, session.user_id, UserChanges(name="Countess Lovelace")))

    assert (before, (await party.userinfo(token)).json()["name"]) == ("Ada Lovelace", "Countess Lovelace")


@pytest.mark.usefixtures("hears")
async def test_a_remembered_token_expires(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        token = (await prepare(party))["access_token"]

        stopped.advance(party.client.access_token_ttl - timedelta(seconds=1))
        assert await find_access_token(token) is not None
        stopped.advance(timedelta(seconds=1))

        assert await find_access_token(token) is None


@pytest.mark.usefixtures("hears")
async def test_a_changed_token_is_not_taken_for_the_one_that_is_remembered(party: Party, session: Session) -> None:
    head, body, signature = (await prepare(party))["access_token"].split(".")

    assert await find_access_token(f"{head}.{body}.{signature[::-1]}") is None


@pytest.mark.usefixtures("hears")
async def test_a_sign_in_makes_nobody_forget(party: Party, session: Session) -> None:
    token = (await prepare(party))["access_token"]

    before = ear.generation
    await db.execute("UPDATE users_user SET last_sign_in_at = now() WHERE id = $1", session.user_id)
    await db.execute("SELECT pg_notify('auther_forget', 'somebody else')")
    await until(lambda: ear.generation > before)

    with counted_statements() as statements:
        await find_access_token(token)
    assert statements == []


@pytest.mark.usefixtures("hears")
async def test_no_reader_brings_back_what_a_ban_ended_meanwhile(
    party: Party, session: Session, user: User, dsn: str
) -> None:
    token = (await party.tokens())["access_token"]
    stale = 0
    async with stranger(dsn) as connection:
        for _ in range(60):
            readers = [asyncio.create_task(find_access_token(token)) for _ in range(8)]
            before = ear.generation
            await connection.execute("UPDATE users_user SET banned_at = now() WHERE id = $1", user.id)
            await asyncio.gather(*readers)
            await until(lambda: ear.generation > before)  # noqa: B023 - awaited here
            stale += await find_access_token(token) is not None
            before = ear.generation
            await connection.execute("UPDATE users_user SET banned_at = NULL WHERE id = $1", user.id)
            await until(lambda: ear.generation > before)  # noqa: B023 - awaited here

    assert stale == 0


async def test_another_process_hears_of_a_ban(party: Party, session: Session, dsn: str) -> None:
    token = (await party.tokens())["access_token"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.oidc.remembering_process", stdin=PIPE, stdout=PIPE,
        env={**os.environ, "DSN": dsn}, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None

    async def ask() -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{token}\n".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await process.stdout.readline()).decode().strip()

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await process.stdout.readline()).strip() == b"ready"
    first, second = await ask(), await ask()

    await commit(ban_user(SYSTEM, session.user_id, reason="spam"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (third := await ask()) == "live 0":
            pass

    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
    assert (first, second, third) == ("live 1", "live 0", "dead 1")
