"""Clients that anybody may leave here do not stay for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.clients.registration import service as clients
from app.kit import clock
from app.kit.actor import SYSTEM
from app.oidc.queries.unused import find_unused

UNUSED_FOR: Final = timedelta(days=30)
BATCH: Final = 200
_FORGOTTEN_AFTER: Final = timedelta(days=1)


async def sweep_unused() -> int:
    """Delete clients that registered without a token, or by a document, and that no user let in for `UNUSED_FOR`.

    Returns:
        How many rows: of them, and of documents that made no client.
    """
    now = clock.now()
    found = await find_unused(now - UNUSED_FOR, BATCH)
    await clients.lock_clients(found)
    # Again, now that nobody can be let in any more: somebody may have been, in between.
    unused = await find_unused(now - UNUSED_FOR, BATCH, among=found)
    await clients.remove_clients(SYSTEM, unused)
    return len(unused) + await clients.sweep_documents(now - _FORGOTTEN_AFTER)
