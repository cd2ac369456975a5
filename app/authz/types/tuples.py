"""Relationship tuples and what they are made of.

Types are written with the prefix of the client that owns them, `cli_01k…:invoice`; what belongs to no
client has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PLATFORM = "platform"
EVERY = "*"
SUPER_ADMIN = "super_admin"
# A tuple whose condition has a name with this before it counts where the policy of its scope says so.
POLICY_PREFIX = "policy:"
# Types of Auther itself that stand for a caller or a set of callers; its others guard a part of the platform.
SUBJECT_TYPES = frozenset({"user", "apikey", "client", "group"})
GUARDING_TYPES = frozenset(
    {"platform", "users", "groups", "clients", "webhooks", "pipelines", "api_keys", "keys", "sessions"}
)


@dataclass(frozen=True, slots=True)
class EntityRef:
    """Something that permissions are about. An id of `*` stands for every entity of the type."""

    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type}:{self.id}"


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """Who may do something: one (`user:anne`), everyone of a type (`user:*`), or a userset (`group:g#member`)."""

    type: str
    id: str
    relation: str = ""

    def __str__(self) -> str:
        return f"{self.type}:{self.id}" + (f"#{self.relation}" if self.relation else "")


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
        return f"{self.entity}#{self.relation}@{self.subject}"

    @property
    def entity(self) -> EntityRef:
        return EntityRef(self.entity_type, self.entity_id)

    @property
    def subject(self) -> SubjectRef:
        return SubjectRef(self.subject_type, self.subject_id, self.subject_relation)


@dataclass(frozen=True, slots=True)
class ConditionRef:
    """A condition on a tuple by name, with the parameters that are settled already; or a policy, `policy:NAME`."""

    name: str
    context: Mapping[str, Any] = field(default_factory=dict)


def policy_of(condition: ConditionRef | None) -> str | None:
    """The name of the policy that a tuple has as its condition; None for conditions of the model, and for none."""
    if condition is None or not condition.name.startswith(POLICY_PREFIX):
        return None
    return condition.name[len(POLICY_PREFIX) :]


def with_policy(name: str) -> ConditionRef:
    """The condition of a tuple that counts where a policy of its scope says so."""
    return ConditionRef(POLICY_PREFIX + name)


@dataclass(frozen=True, slots=True)
class RelationTuple:
    """A relationship with what limits it: a condition, and when it begins and ends (until is exclusive)."""

    key: TupleKey
    condition: ConditionRef | None = None
    starts_at: datetime | None = None
    expires_at: datetime | None = None
