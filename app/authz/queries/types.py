"""Ids and names of all types: those that the code defines, and those that models ever defined."""

from __future__ import annotations

from app.authz.engine.schema import full_name
from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.kit import db

_TYPES = "SELECT id, scope, name FROM authz_type"


async def read_type_names() -> dict[int, str]:
    """Full names of types by their ids."""
    stored = {row["id"]: full_name(row["scope"], row["name"]) for row in await db.fetch(_TYPES)}
    return stored | {number: name for name, number in SYSTEM_TYPE_IDS.items()}
