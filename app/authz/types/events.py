"""What the permission engine tells others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.events.types import Event


@dataclass(frozen=True, kw_only=True)
class GrantEvent(Event):
    target_type: ClassVar[str] = "tuple"


class GrantCreated(GrantEvent):
    action: ClassVar[str] = "grant.created"


class GrantRevoked(GrantEvent):
    action: ClassVar[str] = "grant.revoked"


class GrantChanged(GrantEvent):
    """The condition of a grant, its begin or its end changed."""

    action: ClassVar[str] = "grant.condition_updated"


@dataclass(frozen=True, kw_only=True)
class GrantsEvent(Event):
    """Too many grants changed at one revision to tell of each; the target is the revision."""

    target_type: ClassVar[str] = "revision"


class GrantsImported(GrantsEvent):
    action: ClassVar[str] = "grants.imported"


class GrantsRevoked(GrantsEvent):
    action: ClassVar[str] = "grants.revoked"


@dataclass(frozen=True, kw_only=True)
class ModelSaved(Event):
    """A new version of a scope's model came into force."""

    action: ClassVar[str] = "model.saved"
    target_type: ClassVar[str] = "model"
    is_published: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class ModelsBypassed(Event):
    """A super admin or a holder of full access was allowed past the models; `after` has the first case and how many."""

    action: ClassVar[str] = "authz.bypassed"
    target_type: ClassVar[str] = "subject"
    is_published: ClassVar[bool] = False
