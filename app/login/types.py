"""What the pages and services of the login room hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.credentials.types import Attempt, PasswordCheck
from app.users.types import User

AMR_PASSWORD = ("pwd",)
ACR_PASSWORD = "pwd"


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
    """Who proved an initial password and has yet to choose another. Not signed in anywhere."""

    user_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants to sign up, and with which browser. The e-mail address is normalized."""

    email: str
    name: str
    locale: str
    flow_id: str | None
    browser_id: str


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
