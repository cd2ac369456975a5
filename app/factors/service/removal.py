"""What follows when a factor goes."""

from __future__ import annotations

from app.factors import queries
from app.factors.errors import LastFactor
from app.kit.runtime import settings


async def require_another(user_id: str) -> None:
    """After a removal, in its unit of work: without any factor left there is nothing to recover.

    Raises:
        LastFactor: none is left, and everybody needs one.
    """
    if await queries.has_any(user_id):
        return
    if settings().require_mfa:
        raise LastFactor
    await queries.delete_recovery_codes(user_id)
