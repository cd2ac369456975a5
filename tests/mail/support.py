"""A real SMTP server for the tests of mail."""

from __future__ import annotations

import asyncio
import email
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
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
        self.answer_to_recipient = "250 OK"
        self.answer_to_data = "250 OK"

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
        parsed = [email.message_from_bytes(envelope.original_content, policy=default) for envelope in self.envelopes]
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


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS context with a certificate that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context


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
