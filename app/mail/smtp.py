"""Sends one letter over SMTP (RFC 5321), protected by TLS (RFC 3207, RFC 8314)."""

from __future__ import annotations

import asyncio
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

import aiosmtplib

from app.kit.mailboxes import ascii_domain, split_mailbox
from app.mail.errors import BadHeader, DeliveryFailed, DeliveryRefused
from app.mail.rules import check_header, check_recipient
from app.mail.types import Letter, SmtpServer, Tls

# For one answer of the server, and for the whole conversation: one that drips must not hold a worker.
TIMEOUT_SECONDS = 30
TOTAL_SECONDS = 120
_PERMANENT = range(500, 600)
_START_TLS = {Tls.REQUIRED: True, Tls.OFFERED: None, Tls.OFF: False, Tls.IMPLICIT: False}


async def send_letter(letter: Letter, server: SmtpServer) -> None:
    """Hand a letter to the mail server.

    Raises:
        DeliveryFailed: not now; a later attempt may succeed.
        DeliveryRefused: this letter never.
    """
    message = build_message(letter)
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            await _converse(message, server)
    except aiosmtplib.SMTPRecipientsRefused as error:
        (refused,) = error.recipients
        raise _failure(refused) from error
    except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as error:
        raise _failure(error) from error
    except aiosmtplib.SMTPNotSupported as error:
        raise DeliveryRefused(str(error)) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise DeliveryFailed(f"{type(error).__name__}: {error}") from error


async def _converse(message: EmailMessage, server: SmtpServer) -> None:
    await aiosmtplib.send(
        message,
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.tls is Tls.IMPLICIT,
        start_tls=_START_TLS[server.tls],
        tls_context=_tls_context(server),
        timeout=TIMEOUT_SECONDS,
    )


def build_message(letter: Letter) -> EmailMessage:
    """The letter as text with an HTML alternative.

    Raises:
        BadHeader, BadRecipient: something in a header could start another one.
    """
    try:
        name, address = split_mailbox(letter.sender)
    except ValueError as error:
        raise BadHeader("From") from error
    sender = _address(address, name)
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = sender
    message["To"] = _address(check_recipient(letter.to))
    message["Subject"] = check_header("Subject", letter.body.subject)
    message["Date"] = format_datetime(letter.written_at)
    # Stable over attempts, so that a letter sent twice by a crash is recognised as one.
    message["Message-ID"] = f"<{letter.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.body.text, cte="quoted-printable")
    message.add_alternative(letter.body.html, subtype="html", cte="quoted-printable")
    # Now, because what is said of the content before goes with the first part.
    message["Content-Language"] = letter.locale
    return message


def _address(address: str, name: str = "") -> Address:
    """With the domain as it is in the DNS; a local part beyond ASCII needs a server with SMTPUTF8 (RFC 6531)."""
    local, _, domain = address.rpartition("@")
    return Address(name, username=local, domain=ascii_domain(domain))


def _tls_context(server: SmtpServer) -> ssl.SSLContext | None:
    if server.tls is Tls.OFF:
        return None
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server.is_loopback:
        # Nobody sits between us and ourselves, and such servers rarely have a certificate for it.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _failure(answer: aiosmtplib.SMTPResponseException) -> DeliveryFailed:
    """What an answer of the server means (RFC 5321 §4.2.1)."""
    kind = DeliveryRefused if answer.code in _PERMANENT else DeliveryFailed
    return kind(f"{answer.code} {answer.message}")
