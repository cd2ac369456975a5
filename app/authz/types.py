"""What crosses the border of the permission engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.events.types import Event

PLATFORM = "platform"
EVERY = "*"
SUPER_ADMIN = "super_admin"


@dataclass(frozen=True, slots=True)
class TupleKey:
    """One relationship: subject has relation to entity. An entity or subject id of `*` means every one."""

    entity_type: str
    entity_id: str
    relation: str
    subject_type: str
    subject_id: str
    subject_relation: str = ""

    def __str__(self) -> str:
        subject = f"{self.subject_type}:{self.subject_id}" + (
            f"#{self.subject_relation}" if self.subject_relation else ""
        )
        return f"{self.entity_type}:{self.entity_id}#{self.relation}@{subject}"


@dataclass(frozen=True, kw_only=True)
class GrantEvent(Event):
    target_type: ClassVar[str] = "tuple"


class GrantCreated(GrantEvent):
    action: ClassVar[str] = "grant.created"


class GrantRevoked(GrantEvent):
    action: ClassVar[str] = "grant.revoked"
