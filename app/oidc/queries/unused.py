"""Clients that registered without anybody's leave, and that nobody uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.kit import db

# What operators switched off or declared stays: without its row it would come back as another.
_FIND = """
SELECT c.id FROM clients_client c
WHERE c.source <> 'operator' AND c.initial_token_id IS NULL AND c.updated_at < $1 AND c.is_enabled
AND NOT c.is_declared
AND NOT EXISTS (SELECT FROM clients_document d WHERE d.id = c.id AND d.asked_at >= $1)
AND NOT EXISTS (SELECT FROM oidc_consent n WHERE n.client_id = c.id)
AND NOT EXISTS (SELECT FROM oidc_grant g WHERE g.client_id = c.id)
AND NOT EXISTS (SELECT FROM api_keys_key k WHERE k.client_id = c.id)
AND ($3::text[] IS NULL OR c.id = ANY($3))
ORDER BY c.updated_at, c.id LIMIT $2
"""


async def find_unused(before: datetime, limit: int, among: Sequence[str] | None = None) -> list[str]:
    """Ids of those that nobody let in and nobody asked for since then, the longest unused first.

    Args:
        among: the only ones that are looked at.
    """
    return [row["id"] for row in await db.fetch(_FIND, before, limit, among)]
