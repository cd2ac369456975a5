"""SQL of token families that are alive, for many users or clients in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.kit import db
from app.kit.paging import COUNT_BOUND, Direction, PageRequest, Sort, keyset

NEWEST_FIRST: Final = Sort("oidc:families", ("g.created_at", "g.id"), ("timestamptz", "text"), Direction.DESC)
_COLUMNS = (
    "g.id, g.client_id, g.user_id, g.session_id, g.scope, g.resources, g.acr, g.created_at, g.expires_at,"
    " g.refresh_expires_at, g.dpop_jkt, coalesce(g.spent_at, g.created_at) AS last_used_at"
)
_LIVE = "g.revoked_at IS NULL AND g.expires_at > $2"
_BY_IDS = f"SELECT {_COLUMNS} FROM oidc_grant g WHERE g.id = ANY($1) AND {_LIVE}"
_OF_OWNERS = f"""
SELECT g.* FROM unnest($1::text[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM oidc_grant g WHERE g.{{owner}} = wanted.id AND {_LIVE} AND {{where}}
    ORDER BY {{order}} LIMIT {{limit}}
) g ORDER BY {{order}}
"""
_COUNT_OF_OWNERS = f"""
SELECT wanted.id, (SELECT count(*) FROM (
    SELECT FROM oidc_grant g WHERE g.{{owner}} = wanted.id AND {_LIVE} LIMIT {COUNT_BOUND + 1}
) live) AS families
FROM unnest($1::text[]) AS wanted (id)
"""


class FamilyOwner(StrEnum):
    """By which column families are found: whose they are, or which client has them."""

    USER = "user_id"
    CLIENT = "client_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFamily:
    """What a user's sign-in gave a client: refresh tokens that follow each other, and access tokens.

    Attributes:
        last_used_at: when it last gave tokens.
        expires_at: its end in any case.
        refresh_expires_at: its end without use; None when it has no refresh tokens.
        jkt: the key that its latest tokens are bound to (RFC 9449).
    """

    id: str
    client_id: str
    user_id: str
    session_id: str
    scope: tuple[str, ...]
    resources: tuple[str, ...]
    acr: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    refresh_expires_at: datetime | None
    jkt: str | None


async def find(ids: Sequence[str], now: datetime) -> dict[str, TokenFamily]:
    return {row["id"]: _to_family(row) for row in await db.fetch(_BY_IDS, list(ids), now)}


async def list_of(
    owner: FamilyOwner, ids: Sequence[str], now: datetime, page: PageRequest
) -> Mapping[str, list[TokenFamily]]:
    """For each user or client one row more than the page holds."""
    keys = keyset(NEWEST_FIRST, page, first_parameter=3)
    sql = _OF_OWNERS.format(owner=owner.value, where=keys.where, order=keys.order, limit=keys.limit)
    found: dict[str, list[TokenFamily]] = {each: [] for each in ids}
    for row in await db.fetch(sql, list(ids), now, *keys.args):
        found[row[owner.value]].append(_to_family(row))
    return found


async def count_of(owner: FamilyOwner, ids: Sequence[str], now: datetime) -> dict[str, int]:
    rows = await db.fetch(_COUNT_OF_OWNERS.format(owner=owner.value), list(ids), now)
    return {row["id"]: row["families"] for row in rows}


def _to_family(row: db.Row) -> TokenFamily:
    return TokenFamily(
        id=row["id"],
        client_id=row["client_id"],
        user_id=row["user_id"],
        session_id=row["session_id"],
        scope=tuple(row["scope"].split()),
        resources=tuple(row["resources"].split()),
        acr=row["acr"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        expires_at=row["expires_at"],
        refresh_expires_at=row["refresh_expires_at"],
        jkt=row["dpop_jkt"],
    )
