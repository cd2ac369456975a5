"""What crosses the border of the mail room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ID_PREFIX = "mail"


class MailStatus(StrEnum):
    """`OUTBOX`: no SMTP is configured, nothing is sent."""

    OUTBOX = "outbox"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Body:
    """A rendered mail."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as operators see it. `text` and `html` are None when sent, about to be sent, or purged."""

    id: str
    to: str
    subject: str
    template: str
    locale: str
    status: MailStatus
    created_at: datetime
    sent_at: datetime | None
    error: str | None
    text: str | None
    html: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes to the mail server."""

    id: str
    to: str
    sender: str
    locale: str
    written_at: datetime
    body: Body


class Tls(StrEnum):
    """How the connection is protected."""

    IMPLICIT = "implicit"
    REQUIRED = "required"
    OFFERED = "offered"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail goes. `repr` hides the password."""

    host: str
    port: int
    tls: Tls
    is_loopback: bool
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port}, {self.tls.value})"
