"""What a question is answered from: one state of tuples and models, and the reader that has it."""

from __future__ import annotations

from dataclasses import dataclass

from app.authz.engine.lookups import TupleReader
from app.authz.errors import RevisionAhead, RevisionGone, TokenInvalid
from app.authz.queries.head import Head, read_head
from app.authz.queries.lookups import SqlReader
from app.authz.queries.models import find_model_revision
from app.authz.service.consistency import Revision, decode_revision, encode_revision
from app.authz.service.schemas import Compiled, compiled_at
from app.authz.types.answers import Freshness, FreshnessMode
from app.kit import clock

NEWEST = Freshness(FreshnessMode.FULLY_CONSISTENT)


@dataclass(frozen=True)
class Snapshot:
    """A state of tuples and models."""

    compiled: Compiled
    reader: TupleReader
    revision: Revision

    @property
    def token(self) -> str:
        """The consistency token of this state."""
        return encode_revision(self.revision)


async def open_sql_snapshot(freshness: Freshness) -> Snapshot:
    """A state read by SQL: the newest one unless an exact one is asked for. Two statements at most.

    Inside a unit of work its own writes are part of it.

    Raises:
        TokenInvalid, RevisionAhead, RevisionGone.
    """
    head = await read_head()
    revision = Revision(head.revision, head.model_revision)
    if freshness.mode in {FreshnessMode.AT_LEAST_AS_FRESH, FreshnessMode.AT_EXACT_SNAPSHOT}:
        wanted = wanted_revision(freshness)
        if wanted.number > head.revision:
            raise RevisionAhead
        if freshness.mode is FreshnessMode.AT_EXACT_SNAPSHOT:
            revision = await _exact(head, wanted)
    compiled = await compiled_at(revision.model)
    return Snapshot(compiled, SqlReader(compiled.schema, revision.number, clock.now()), revision)


def wanted_revision(freshness: Freshness) -> Revision:
    """The revision of the token that a freshness names.

    Raises:
        TokenInvalid: it names none, or not one of ours.
    """
    if freshness.token is None:
        raise TokenInvalid
    return decode_revision(freshness.token)


async def _exact(head: Head, wanted: Revision) -> Revision:
    if wanted.number < head.floor:
        raise RevisionGone
    # The token's own word on the model is not needed, and an old token may know less.
    model = wanted.model if wanted.number == head.revision else await find_model_revision(wanted.number)
    return Revision(wanted.number, model)
