"""A real SMTP server for the tests of mail."""

from __future__ import annotations

import asyncio
import email
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.kit import clock, db
from app.kit.db import unit_of_work
from app.mail.service import send_mail

LINK = "https://id.example.com/email/verify?token=vrf_secret-of-the-link"


class Mailbox:
    """What the server took, and what it shall answer instead of taking."""

    def __init__(self) -> None:
        self.port = 0
        self.envelopes: list[Envelope] = []
        self.was_protected: list[bool] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.answer_to_sender = "250 OK"
        self.answer_to_recipient = "250 OK"
        self.answer_to_data = "250 OK"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer_to_sender.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.answer_to_sender

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        if self.answer_to_recipient.startswith("250"):
            envelope.rcpt_tos.append(to)
        return self.answer_to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer_to_data.startswith("250"):
            self.envelopes.append(envelope)
            self.was_protected.append(session.ssl is not None)
        return self.answer_to_data

    @property
    def messages(self) -> list[EmailMessage]:
        parsed = [email.message_from_bytes(one.original_content or b"", policy=default) for one in self.envelopes]
        return [message for message in parsed if isinstance(message, EmailMessage)]

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss word")


@asynccontextmanager
async def mail_server(
    *,
    host: str = "127.0.0.1",
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    **options: Any,
) -> AsyncIterator[Mailbox]:
    """An SMTP server on a free port; `tls` from the first byte, `starttls` on demand."""
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()

    conversations: list[SMTP] = []

    def answer() -> SMTP:
        conversation = SMTP(
            mailbox,
            loop=loop,
            hostname="mail.test",
            tls_context=starttls,
            authenticator=mailbox.authenticate,
            **options,
        )
        conversations.append(conversation)
        return conversation

    server = await loop.create_server(answer, host, 0, ssl=tls)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()
        for conversation in conversations:
            if conversation.transport is not None:
                conversation.transport.close()


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of our own, in a folder of its own."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def name(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Hooli CA")])

    def write(self) -> Path:
        """The file by which others trust it."""
        certificate = self._begin(self.name, self.key, days=1).add_extension(x509.BasicConstraints(True, 0), True)
        path = self.folder / "ca.pem"
        path.write_bytes(certificate.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return path

    def certify(self, host: str, *, days: int = 1) -> ssl.SSLContext:
        """The TLS context of a server that we say is this host; with a negative number of days it is over."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        builder = self._begin(subject, key, days=days).add_extension(_named(host), False)
        certificate = builder.sign(self.key, hashes.SHA256())
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path = self.folder / "server.pem"
        path.write_bytes(key.private_bytes(*form) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path)
        return context

    def _begin(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int) -> x509.CertificateBuilder:
        ends = clock.now() + timedelta(days=days)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(ends - timedelta(days=2))
            .not_valid_after(ends)
        )


def _named(host: str) -> x509.SubjectAlternativeName:
    try:
        return x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
    except ValueError:
        return x509.SubjectAlternativeName([x509.DNSName(host)])


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS context with a certificate that nobody trusts."""
    return Authority(folder).certify("mail.test")


async def write(to: str = "ada@example.com", template: str = "verify_email", **options: Any) -> str:
    """Write a mail and commit; its id."""
    context = options.pop("context", {"url": LINK})
    before = await _ids()
    async with unit_of_work():
        await send_mail(to, template, context, **options)
    (mail_id,) = await _ids() - before
    return mail_id


async def _ids() -> set[str]:
    return {row["id"] for row in await db.fetch("SELECT id FROM mail_message")}


async def read(mail_id: str) -> dict[str, Any]:
    row = await db.fetch_row("SELECT * FROM mail_message WHERE id = $1", mail_id)
    assert row is not None
    return dict(row)
