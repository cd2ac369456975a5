"""How keys are described and told of: shared by the use cases that change them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from app.api_keys import queries
from app.api_keys.types import ApiKey, ApiKeyEvent, Owner, OwnerKind
from app.events.service import emit
from app.kit.actor import Actor

_TOLD = (
    "id", "name", "note", "uses", "scopes", "allowed_addresses", "rate_limit_per_minute", "is_enabled", "version",
    "expires_at",
)  # fmt: skip


def describe(key: ApiKey) -> dict[str, object]:
    """A key as events and audit rows show it: JSON values, nothing of its secrets."""
    values = {name: _plain(getattr(key, name)) for name in _TOLD}
    return {**values, "owner_kind": key.owner.kind.value, "owner_id": key.owner.id}


async def read_back(key_id: str) -> ApiKey:
    """A key of which we know that it is there."""
    return (await queries.find_keys([key_id]))[key_id]


async def tell(
    actor: Actor,
    kind: type[ApiKeyEvent],
    key: ApiKey,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Emit what happened to a key; about its owner, if that is a user."""
    event = kind(target_id=key.id, about_user_id=user_of(key.owner), before=before, after=after, snapshot=describe(key))
    await emit(actor, event)


def user_of(owner: Owner) -> str | None:
    """The user who owns a key, None when a client does."""
    return owner.id if owner.kind is OwnerKind.USER else None


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value
