"""SQL of the mailed room."""

from __future__ import annotations

from datetime import datetime

from app.kit import clock, db
from app.mailed.types import Claim, Wish

_LIVE = "expires_at > $2 AND guesses < $3"
_PUT = """
INSERT INTO mailed_code (id, browser_id, login, guesses, created_at, expires_at) VALUES ($1, $2, $3, 0, $4, $5)
ON CONFLICT (browser_id) DO UPDATE SET
    id = EXCLUDED.id, login = EXCLUDED.login, user_id = NULL, email = NULL, password_version = NULL, code_hash = NULL,
    link_hash = NULL, guesses = 0, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
"""
_WISH = f"SELECT id, browser_id, login, {_LIVE} AS is_live FROM mailed_code WHERE {{column}} = $1"
_BY_ID, _OF_BROWSER = _WISH.format(column="id"), _WISH.format(column="browser_id")
_FILL = """
UPDATE mailed_code SET user_id = $2, email = $3, password_version = $4, code_hash = $5, link_hash = $6
WHERE id = $1 AND user_id IS NULL
"""
_CLAIM = "id, browser_id, user_id, email, password_version"
_GUESS = f"""
UPDATE mailed_code SET guesses = guesses + 1 WHERE browser_id = $1 AND {_LIVE} RETURNING {_CLAIM}, code_hash
"""
_BY_LINK = f"SELECT {_CLAIM} FROM mailed_code WHERE link_hash = $1 AND {_LIVE}"
_SPEND = "DELETE FROM mailed_code WHERE id = $1 AND expires_at > $2"
_SWEEP = "DELETE FROM mailed_code WHERE expires_at < $1"


async def put_wish(wish_id: str, browser_id: str, login: str, *, expires_at: datetime) -> None:
    """Note a wish in the place of the browser's last one."""
    await db.execute(_PUT, wish_id, browser_id, login, clock.now(), expires_at)


async def find_wish(wish_id: str, max_guesses: int) -> Wish | None:
    return _to_wish(await db.fetch_row(_BY_ID, wish_id, clock.now(), max_guesses))


async def find_wish_of(browser_id: str, max_guesses: int) -> Wish | None:
    return _to_wish(await db.fetch_row(_OF_BROWSER, browser_id, clock.now(), max_guesses))


async def fill_wish(claim: Claim, code_hash: bytes, link_hash: bytes) -> bool:
    """Put hashes of what is mailed beside the wish; False when it was replaced, or filled already."""
    filled = await db.execute(
        _FILL, claim.wish_id, claim.user_id, claim.email, claim.password_version, code_hash, link_hash
    )  # fmt: skip
    return filled == 1


async def count_guess(browser_id: str, max_guesses: int) -> db.Row | None:
    """The claim and `code_hash` that are guessed at, the guess counted; None when none may be made. Exact under
    concurrency."""
    return await db.fetch_row(_GUESS, browser_id, clock.now(), max_guesses)


async def find_by_link(link_hash: bytes, max_guesses: int) -> Claim | None:
    row = await db.fetch_row(_BY_LINK, link_hash, clock.now(), max_guesses)
    return to_claim(row) if row else None


async def spend(wish_id: str) -> bool:
    """Use a wish up; of many at once exactly one succeeds."""
    return await db.execute(_SPEND, wish_id, clock.now()) == 1


async def sweep(now: datetime) -> int:
    return await db.execute(_SWEEP, now)


def to_claim(row: db.Row) -> Claim | None:
    """What a row proves to who knows its secret; None when nobody was meant."""
    if row["user_id"] is None:
        return None
    return Claim(row["id"], row["browser_id"], row["user_id"], row["email"], row["password_version"])


def _to_wish(row: db.Row | None) -> Wish | None:
    return Wish(row["id"], row["browser_id"], row["login"], row["is_live"]) if row else None
