"""The revision counter. Whoever takes the next revision holds the lock of its row until the transaction ends.

INVARIANT: revisions have no gaps, and their order is the order of commits: what stands at a revision is final
as soon as the revision can be read.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.kit import db

_READ = "SELECT revision, model_revision, floor FROM authz_head"
_LOCK = """
INSERT INTO authz_head AS h (id, revision, model_revision, floor) VALUES (1, 0, 0, 0)
ON CONFLICT (id) DO UPDATE SET id = h.id RETURNING revision, model_revision, floor
"""
_ADVANCE = "UPDATE authz_head SET revision = revision + 1 RETURNING revision"
_ADVANCE_MODEL = """
UPDATE authz_head SET revision = revision + 1, model_revision = revision + 1 RETURNING revision
"""
_RAISE_FLOOR = "UPDATE authz_head SET floor = greatest(floor, $1)"


# Marks of a unit of work: it writes tuples or models, or may do so; it has written a model.
WRITING = "authz.writing"
MODEL_WRITTEN = "authz.model_written"


@dataclass(frozen=True, slots=True)
class Head:
    """The last revision, the last one at which a model changed, and the oldest that can still be read."""

    revision: int
    model_revision: int
    floor: int


NOTHING = Head(0, 0, 0)


async def read_head() -> Head:
    """The state of the counter; all zero before the first write."""
    row = await db.fetch_row(_READ)
    return Head(*row) if row else NOTHING


async def lock_head() -> Head:
    """The state of the counter, which nobody else changes until our unit of work ends.

    From here on the unit of work sees tuples and models that nobody else does: it is marked with `WRITING`.
    """
    db.mark_unit_of_work(WRITING)
    row = await db.fetch_row(_LOCK)
    assert row is not None
    return Head(*row)


async def take_revision(*, is_model: bool = False) -> int:
    """The next revision. Call `lock_head` before."""
    if is_model:
        db.mark_unit_of_work(MODEL_WRITTEN)
    revision: int = await db.fetch_value(_ADVANCE_MODEL if is_model else _ADVANCE)
    return revision


async def raise_floor(revision: int) -> None:
    """Snapshots older than this revision cannot be read any more."""
    await db.execute(_RAISE_FLOOR, revision)
