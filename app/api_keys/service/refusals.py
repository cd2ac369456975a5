"""The trace of keys that were not let in: an audit row each, of a flood a few and a count."""

from __future__ import annotations

from functools import partial

from app.api_keys.types import ApiKeyRefused
from app.events.denials import record_denial
from app.kit import db
from app.kit.actor import ANONYMOUS, Origin


async def trace_refusal(key_id: str | None, code: str, origin: Origin) -> None:
    """Leave a trace, also when the open unit of work rolls back.

    Args:
        key_id: the key, None when there is none of this id.
    """
    record = partial(record_denial, ANONYMOUS.at(origin), ApiKeyRefused(target_id=key_id, reason=code))
    if db.is_in_unit_of_work():
        db.after_rollback(record)
    else:
        await record()
