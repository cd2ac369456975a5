"""What the pages and services of the login room hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.credentials.types import Attempt, PasswordCheck
from app.sessions.types import Flow
from app.users.types import User

AMR_PASSWORD = ("pwd",)
# RFC 8176 §2: a code or a link that came by mail, each a secret for one time.
AMR_MAILED = ("otp",)
# One factor that was proved here, whichever it is.
ACR_PASSWORD = "pwd"
# An identity provider vouches for the person; it may have asked for less than we would.
AMR_FEDERATED = ("fed",)
ACR_FEDERATED = "fed"
# RFC 8176: what `amr` says when two factors were proved.
AMR_MFA = "mfa"


class Step(StrEnum):
    """What somebody who proved a password still has to do before a session begins.

    `LEAVING`: they wanted their account deleted, and have to say that they keep it.
    """

    FACTOR = "factor"
    CHANGE = "change"
    ENROL = "enrol"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody's wish to sign in as `login`; `user` is None when nobody has that name."""

    login: str
    user: User | None
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Proof:
    """A user and the right password."""

    user: User
    check: PasswordCheck


@dataclass(frozen=True, slots=True)
class Pending:
    """Who proved something, but not enough. Not signed in anywhere.

    `version` is that of the password, `amr` what was proved so far. `session_id`: the live session that is to be
    made stronger, of who did not type a password now. `auth_time`: when the person was proved; None for just now.
    `mailbox`: the address whose mail was read, which counts as proved once the rest is.
    """

    user_id: str
    version: int
    amr: tuple[str, ...] = AMR_PASSWORD
    must_change: bool = False
    session_id: str | None = None
    auth_time: datetime | None = None
    mailbox: str | None = None


@dataclass(frozen=True, slots=True)
class Halted:
    """A sign-in that waits for its next step."""

    pending: Pending
    step: Step


@dataclass(frozen=True, slots=True)
class Arrival:
    """The browser that signs in, the session that it held before, and the flow that asked for it."""

    browser_id: str
    replaces: str | None = None
    flow: Flow | None = None

    @property
    def place(self) -> str:
        """What WebAuthn challenges are bound to."""
        return f"browser {self.browser_id}|{self.flow.id if self.flow else ''}"


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants to sign up, with which browser, and for which application. The e-mail address is normalized."""

    email: str
    name: str
    locale: str
    flow_id: str | None
    browser_id: str
    client_id: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class FormErrors:
    """Why a form comes back: one sentence about all of it, sentences about single fields."""

    general: str | None = None
    fields: Mapping[str, list[str]] = field(default_factory=dict)

    def of(self, name: str) -> list[str]:
        return self.fields.get(name, [])

    @property
    def any(self) -> bool:
        return self.general is not None or bool(self.fields)
