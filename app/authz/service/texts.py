"""Texts of models, read once: what is stored never changes. Long ones are read in a thread, so others are served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from app.authz.language.text import parse_kept, require_bounds
from app.authz.types.model import Model

# Models that are kept as they were read.
_KEPT: Final = 128
# Shorter texts take some milliseconds. Characters.
_SHORT: Final = 8_192

Result = TypeVar("Result")


@lru_cache(maxsize=_KEPT)
def read_kept(source: str) -> Model:
    """The model of a stored text."""
    return parse_kept(source)


def read_text(source: str) -> Model:
    """The model of a text that somebody sent.

    Raises:
        ModelProblems: as `parse_model`.
    """
    model = read_kept(source)
    require_bounds(model, source)
    return model


async def read_stored(source: str) -> Model:
    """The model of a stored text."""
    return await read_aside(source, lambda: read_kept(source))


async def read_aside(source: str, read: Callable[[], Result]) -> Result:
    """Call what reads a text: here when that is short, else in a thread."""
    return read() if len(source) <= _SHORT else await asyncio.to_thread(read)
