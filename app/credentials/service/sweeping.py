"""Forgetting what is over."""

from __future__ import annotations

from app.credentials import queries
from app.kit import clock


async def sweep_credentials() -> int:
    """Delete links and counters of wrong passwords that are over; how many."""
    return await queries.sweep(clock.now())
