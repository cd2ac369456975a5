"""What time has finished is deleted, and nothing sooner."""

from __future__ import annotations

from datetime import timedelta

import httpx

from app.kit import clock, db
from app.oidc.service import sweep
from app.sessions.types import Session
from tests.oidc.support import Party
from tests.support import commit


async def counts() -> dict[str, int]:
    tables = ("interaction", "code", "grant", "revoked_token")
    return {table: await db.fetch_value(f"SELECT count(*) FROM oidc_{table}") for table in tables}


async def test_rows_go_when_they_are_over(
    browser: httpx.AsyncClient, party: Party, third_party: Party, session: Session
) -> None:
    with clock.frozen() as stopped:
        tokens = await party.tokens()
        await party.post("/oauth2/revoke", {"token": tokens["access_token"]})
        await third_party.authorize()
        assert await counts() == {"interaction": 1, "code": 1, "grant": 1, "revoked_token": 1}

        stopped.advance(timedelta(minutes=14))
        assert await commit(sweep()) == 0

        stopped.advance(timedelta(minutes=50))
        await commit(sweep())
        # A clock that steps back must not bring a revoked token back.
        assert await counts() == {"interaction": 0, "code": 0, "grant": 1, "revoked_token": 1}

        stopped.advance(timedelta(minutes=12))
        await commit(sweep())
        assert await counts() == {"interaction": 0, "code": 0, "grant": 1, "revoked_token": 0}

        stopped.advance(timedelta(days=15))
        await commit(sweep())
        assert await counts() == {"interaction": 0, "code": 0, "grant": 0, "revoked_token": 0}


async def test_a_sealed_successor_is_forgotten_after_the_grace(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        await party.refresh((await party.tokens())["refresh_token"])
        await commit(sweep())
        assert await db.fetch_value("SELECT successor IS NOT NULL FROM oidc_grant")

        stopped.advance(timedelta(seconds=11))
        await commit(sweep())

    assert await db.fetch_value("SELECT successor IS NULL FROM oidc_grant")
