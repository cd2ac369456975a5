"""Grants of contexts that a change of a model would strand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.authz.engine.schema import Schema
from app.authz.service.offers import describe_offer, is_lost
from app.authz.types.saving import Blocker
from app.contexts import queries

_KIND: Final = "registration_grant"
_MAX_NAMED: Final = 5


async def find_stranded(before: Schema, after: Schema, scope: str) -> Sequence[Blocker]:
    """What contexts give under the models in force and could not give with new ones; `scope` is whose model changes."""
    ids = sorted({each.id for schema in (before, after) for each in schema.scoped(scope) if each.id})
    offers = await queries.list_offers(ids) if ids else []
    lost = [f"{slug}: {describe_offer(before, offer)}" for slug, offer in offers if is_lost(before, after, offer)]
    if not lost:
        return []
    return [Blocker(_KIND, "registration contexts give what would be gone", len(lost), tuple(lost[:_MAX_NAMED]))]
