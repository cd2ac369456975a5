"""Lists of clients: which ones, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.clients.types.clients import ClientKind
from app.kit.paging import Direction, Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFilter:
    """All that is given must hold. `search` looks into name and id."""

    search: str | None = None
    kind: ClientKind | None = None
    is_enabled: bool | None = None
    is_dynamic: bool | None = None


_CREATED = ("created_at", "id")
_NAME = ('lower(name) COLLATE "C"', "id")
_TIMES = ("timestamptz", "text")
_TEXTS = ("text", "text")


class ClientSort(Enum):
    CREATED_AT_DESC = Sort("clients:created_at:desc", _CREATED, _TIMES, Direction.DESC)
    CREATED_AT_ASC = Sort("clients:created_at:asc", _CREATED, _TIMES, Direction.ASC)
    NAME_ASC = Sort("clients:name:asc", _NAME, _TEXTS, Direction.ASC)
    NAME_DESC = Sort("clients:name:desc", _NAME, _TEXTS, Direction.DESC)
