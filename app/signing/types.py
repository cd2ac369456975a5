"""What crosses the border of the signing room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

from app.events.types import Event

ID_PREFIX = "sk"

# The JSON object that a JWT carries.
Claims: TypeAlias = Mapping[str, Any]


class KeyStatus(StrEnum):
    """PENDING keys are published and do not sign yet; RETIRED ones only verify; WITHDRAWN ones do nothing."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key as others see it. `retires_at` and `removes_at` are the plan until a successor settles them."""

    id: str
    kid: str
    alg: str
    status: KeyStatus
    created_at: datetime
    activates_at: datetime
    retires_at: datetime
    removes_at: datetime
    public_jwk: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Jwks:
    """The published key set: bytes to send, a strong ETag (with quotes), how long caches may keep it."""

    document: bytes
    etag: str
    max_age: timedelta

    @property
    def cache_control(self) -> str:
        return f"public, max-age={int(self.max_age.total_seconds())}"


@dataclass(frozen=True, kw_only=True)
class KeyEvent(Event):
    target_type: ClassVar[str] = "signing_key"


class KeyCreated(KeyEvent):
    action: ClassVar[str] = "key.created"


class KeyRescheduled(KeyEvent):
    """A successor that was waiting signs earlier than planned."""

    action: ClassVar[str] = "key.rescheduled"


class KeyWithdrawn(KeyEvent):
    action: ClassVar[str] = "key.withdrawn"


class KeyRemoved(KeyEvent):
    action: ClassVar[str] = "key.removed"
