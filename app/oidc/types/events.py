"""What the oidc room tells the audit trail and whoever listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.events.types import Event, Outcome


@dataclass(frozen=True, kw_only=True)
class _GrantEvent(Event):
    target_type: ClassVar[str] = "grant"
    is_published: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class CodeReused(_GrantEvent):
    """A code came a second time; everything it gave is revoked."""

    action: ClassVar[str] = "oidc.code_reused"
    outcome: Outcome = Outcome.DENIED


@dataclass(frozen=True, kw_only=True)
class RefreshReused(_GrantEvent):
    """A spent refresh token came again; its family is revoked."""

    action: ClassVar[str] = "oidc.refresh_reused"
    outcome: Outcome = Outcome.DENIED


class FamilyRevoked(_GrantEvent):
    """Somebody ended a token family by itself."""

    action: ClassVar[str] = "oidc.family_revoked"


@dataclass(frozen=True, kw_only=True)
class _ClientEvent(Event):
    target_type: ClassVar[str] = "client"
    is_published: ClassVar[bool] = False


class ClientAuthorized(_ClientEvent):
    """A user used a client for the first time."""

    action: ClassVar[str] = "oidc.client_authorized"


class ConsentGranted(_ClientEvent):
    action: ClassVar[str] = "oidc.consent_granted"


class ConsentWithdrawn(_ClientEvent):
    action: ClassVar[str] = "oidc.consent_withdrawn"


class DeviceAllowed(_ClientEvent):
    """A user let a device in."""

    action: ClassVar[str] = "oidc.device_allowed"


@dataclass(frozen=True, kw_only=True)
class DeviceRefused(_ClientEvent):
    """A user did not let a device in that asked for it."""

    action: ClassVar[str] = "oidc.device_refused"
    outcome: Outcome = Outcome.DENIED


class ClientTold(_ClientEvent):
    """A client heard that a session is over (OpenID Connect Back-Channel Logout §2.7)."""

    action: ClassVar[str] = "oidc.logout_told"


@dataclass(frozen=True, kw_only=True)
class ClientNotTold(_ClientEvent):
    """A client did not hear that a session is over, for as long as we tried."""

    action: ClassVar[str] = "oidc.logout_not_told"
    outcome: Outcome = Outcome.FAILURE


@dataclass(frozen=True, kw_only=True)
class ClientRefused(_ClientEvent):
    """A client could not prove who it is."""

    action: ClassVar[str] = "oidc.client_refused"
    outcome: Outcome = Outcome.DENIED
