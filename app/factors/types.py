"""What crosses the border of the factors room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from app.events.types import Event

PASSKEY_PREFIX = "psk"
# Where people see to their factors.
SECURITY_PAGE = "/account/security"
# RFC 8176: what a session's `amr` says of each proof.
AMR_CODE = ("otp", "mfa")
ACR_MFA = "mfa"


class Ceremony(StrEnum):
    """What a WebAuthn challenge is good for; one of another kind is refused."""

    SIGN_IN = "sign_in"
    SECOND_STEP = "second_step"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Totp:
    """A user's authenticator app, without its secret."""

    user_id: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey, without its key. `is_backed_up`: a provider keeps copies of it, so other devices have it too."""

    id: str
    user_id: str
    name: str
    aaguid: str
    is_backup_eligible: bool
    is_backed_up: bool
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """All factors of a user, oldest passkey first."""

    user_id: str
    totp: Totp | None = None
    passkeys: tuple[Passkey, ...] = ()
    recovery_codes_left: int = 0

    @property
    def count(self) -> int:
        """How many second factors there are; recovery codes only stand in for them."""
        return len(self.passkeys) + (self.totp is not None)

    @property
    def has_any(self) -> bool:
        return self.count > 0


@dataclass(frozen=True, slots=True)
class StoredTotp:
    """The sealed secret, and the number of the last time step whose code was used."""

    sealed: bytes = field(repr=False)
    last_step: int


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    """A passkey with what its proofs are checked against."""

    passkey: Passkey
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TotpSetup:
    """An authenticator app about to be added: shown once, kept by whoever sets it up.

    `token` is the sealed secret, bound to the user; `qr_code` is SVG.
    """

    token: str = field(repr=False)
    secret: str = field(repr=False)
    uri: str = field(repr=False)
    qr_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Registration:
    """What an authenticator made, found genuine."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: tuple[str, ...]
    is_backup_eligible: bool
    is_backed_up: bool


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey just registered; with the user's first factor came recovery codes, shown this once."""

    passkey: Passkey
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyProof:
    """Whose passkey proved itself, and what that is worth (RFC 8176)."""

    user_id: str
    passkey_id: str
    amr: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FactorEvent(Event):
    target_type: ClassVar[str] = "user"


class FactorAdded(FactorEvent):
    action: ClassVar[str] = "factor.added"


class FactorRemoved(FactorEvent):
    action: ClassVar[str] = "factor.removed"


class FactorRenamed(FactorEvent):
    action: ClassVar[str] = "factor.renamed"


class FactorsReset(FactorEvent):
    action: ClassVar[str] = "factor.all_removed"


class RecoveryCodesMade(FactorEvent):
    action: ClassVar[str] = "recovery_codes.made"


class RecoveryCodeUsed(FactorEvent):
    action: ClassVar[str] = "recovery_code.used"
