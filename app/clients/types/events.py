"""What happens to clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.events.types import Event


@dataclass(frozen=True, kw_only=True)
class ClientEvent(Event):
    target_type: ClassVar[str] = "client"


class ClientCreated(ClientEvent):
    action: ClassVar[str] = "client.created"


class ClientUpdated(ClientEvent):
    action: ClassVar[str] = "client.updated"


class ClientDeleted(ClientEvent):
    action: ClassVar[str] = "client.deleted"


class ClientSecretRotated(ClientEvent):
    action: ClassVar[str] = "client.secret_rotated"
