"""SQL of consents that hang from users, for many users in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.kit import db
from app.kit.paging import COUNT_BOUND, Direction, PageRequest, Sort, keyset

LATEST_FIRST: Final = Sort("oidc:consents", ("c.updated_at", "c.id"), ("timestamptz", "text"), Direction.DESC)
_COLUMNS = "c.id, c.user_id, c.client_id, c.scope, c.created_at, c.updated_at"
_BY_IDS = f"SELECT {_COLUMNS} FROM oidc_consent c WHERE c.id = ANY($1)"
_OF_USERS = f"""
SELECT c.* FROM unnest($1::text[]) AS wanted (user_id) CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM oidc_consent c WHERE c.user_id = wanted.user_id AND {{where}}
    ORDER BY {{order}} LIMIT {{limit}}
) c ORDER BY {{order}}
"""
_COUNT_OF_USERS = f"""
SELECT wanted.user_id, (SELECT count(*) FROM (
    SELECT FROM oidc_consent c WHERE c.user_id = wanted.user_id LIMIT {COUNT_BOUND + 1}
) used) AS consents
FROM unnest($1::text[]) AS wanted (user_id)
"""


@dataclass(frozen=True, slots=True)
class StoredConsent:
    """That a user has used an application. `scope` is empty for a first-party one that never asked."""

    id: str
    user_id: str
    client_id: str
    scope: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


async def find_consents(ids: Sequence[str]) -> dict[str, StoredConsent]:
    return {row["id"]: _to_consent(row) for row in await db.fetch(_BY_IDS, list(ids))}


async def list_consents_of(user_ids: Sequence[str], page: PageRequest) -> dict[str, list[StoredConsent]]:
    """For each user one row more than the page holds."""
    keys = keyset(LATEST_FIRST, page, first_parameter=2)
    sql = _OF_USERS.format(where=keys.where, order=keys.order, limit=keys.limit)
    found: dict[str, list[StoredConsent]] = {user_id: [] for user_id in user_ids}
    for row in await db.fetch(sql, list(user_ids), *keys.args):
        found[row["user_id"]].append(_to_consent(row))
    return found


async def count_consents_of(user_ids: Sequence[str]) -> dict[str, int]:
    return {row["user_id"]: row["consents"] for row in await db.fetch(_COUNT_OF_USERS, list(user_ids))}


def _to_consent(row: db.Row) -> StoredConsent:
    return StoredConsent(
        row["id"],
        row["user_id"],
        row["client_id"],
        tuple(row["scope"].split()),
        row["created_at"],
        row["updated_at"],
    )
