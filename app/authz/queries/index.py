"""SQL of the in-memory index: all rows of a snapshot, and what changed since."""

from __future__ import annotations

from collections.abc import AsyncIterator

from app.authz.queries.rows import COLUMNS
from app.kit import db

# Rows that are read at a time; between two batches other work goes on.
BATCH = 20_000

_SNAPSHOT = f"SELECT {COLUMNS} FROM authz_tuple WHERE created_rev <= $1 AND deleted_rev > $1"
_BEGUN = f"SELECT {COLUMNS} FROM authz_tuple WHERE created_rev > $1 AND created_rev <= $2 AND deleted_rev > $2"
_ENDED = f"SELECT {COLUMNS} FROM authz_tuple WHERE deleted_rev > $1 AND deleted_rev <= $2 AND created_rev <= $1"


def stream_snapshot(revision: int) -> AsyncIterator[list[db.Row]]:
    """All tuples that stand at a revision, in batches, columns in the order of `COLUMNS`; in a unit of work."""
    return db.stream(_SNAPSHOT, revision, batch=BATCH)


async def read_deltas(after: int, until: int) -> tuple[list[db.Row], list[db.Row]]:
    """The tuples that ended and those that began after one revision and up to another."""
    return await db.fetch(_ENDED, after, until), await db.fetch(_BEGUN, after, until)
