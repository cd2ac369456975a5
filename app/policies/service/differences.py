"""The difference of two versions, without a reader of large ones in the way of others."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Final

from app.kit.differences import diff_texts

# Lines of a source that are compared at once.
_FEW_LINES: Final = 50
# Versions never change: pairs of sources of 10 KB, and their differences.
_KEPT: Final = 128

_diff = lru_cache(maxsize=_KEPT)(diff_texts)


async def diff_versions(before: str, after: str) -> str:
    """The unified difference of two sources, empty when they are equal."""
    if max(before.count("\n"), after.count("\n")) <= _FEW_LINES:
        return _diff(before, after)
    return await asyncio.to_thread(_diff, before, after)
