"""What a process keeps of keys for a while: uses to be noted, and uses to be spent."""

from __future__ import annotations

from app.api_keys.service.spending import forget_allowances
from app.api_keys.service.uses import forget_uses


def forget_api_keys() -> None:
    """Drop all of it (after the database was restored or emptied under this process)."""
    forget_allowances()
    forget_uses()
