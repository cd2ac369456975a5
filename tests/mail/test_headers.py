"""Nothing that a person typed becomes a header."""

from __future__ import annotations

import pytest

from app.kit import clock, db
from app.kit.db import unit_of_work
from app.kit.mailboxes import ascii_domain, split_mailbox
from app.kit.runtime import override
from app.kit.settings import SettingsProblem, load_settings
from app.mail.errors import BadHeader, BadRecipient
from app.mail.rules import parse_smtp_url
from app.mail.service import send_mail
from app.mail.smtp import build_message
from app.mail.types import Body, Letter, SmtpServer, Tls
from tests.mail.support import LINK, write


@pytest.mark.parametrize(
    "address",
    [
        "", "ada", "ada@", "@example.com", "ada@example.com\r\nBcc: eve@example.com", "ada@example.com\n",
        "ada@example.com, eve@example.com", "Ada <ada@example.com>", "ada@example.com;eve@example.com",
        "ada @example.com", '"ada\\r\\n"@example.com', "ada@example.com\0", "a@b@c", "group: ada@example.com",
        "ada@example.com\u0085Bcc: x", "a" * 250 + "@example.com", "ada@exam ple.com", "ada@[127.0.0.1],x@y",
        "ada@" + "x" * 64 + ".com", "ada@example..com", "ada@xn--a.ä..com", "<ada@example.com>", " ada@example.com",
    ],
)  # fmt: skip
async def test_only_one_plain_address_is_a_recipient(address: str) -> None:
    with pytest.raises(BadRecipient) as refused:
        async with unit_of_work():
            await send_mail(address, "verify_email", {"url": LINK})

    assert (refused.value.code, refused.value.field) == ("mail_bad_recipient", ("email",))
    assert await db.fetch_value("SELECT count(*) FROM mail_message") == 0


async def test_line_break_in_a_name_stays_out_of_the_subject() -> None:
    with override(product_name="Auther\r\nBcc: eve@example.com"), pytest.raises(BadHeader):
        await write()

    assert await db.fetch_value("SELECT count(*) FROM mail_message") == 0


@pytest.mark.parametrize(
    ("sender", "subject", "to"),
    [
        ("Auther <a@example.com>\r\nBcc: eve@example.com", "Hello", "ada@example.com"),
        ("Auther <a@example.com>", "Hello\nBcc: eve@example.com", "ada@example.com"),
        ("Auther <a@example.com>", "Hello\u2028Bcc: eve@example.com", "ada@example.com"),
        ("nobody", "Hello", "ada@example.com\rBcc: eve@example.com"),
        ("", "Hello", "ada@example.com"),
    ],
)
def test_message_is_not_built_with_a_broken_header(sender: str, subject: str, to: str) -> None:
    letter = Letter("mail_1", to, sender, "en", clock.now(), Body(subject, "text", "html"))

    with pytest.raises((BadHeader, BadRecipient)):
        build_message(letter)


async def test_line_breaks_in_the_context_become_spaces() -> None:
    await write(context={"url": LINK, "name": "Ada\r\n\r\nClick https://evil.example"})

    subject = await db.fetch_value("SELECT subject FROM mail_message")
    assert "\n" not in subject


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", SmtpServer("mail.example.com", 587, Tls.REQUIRED, False)),
        ("smtps://mail.example.com", SmtpServer("mail.example.com", 465, Tls.IMPLICIT, False)),
        ("smtp://localhost:1025", SmtpServer("localhost", 1025, Tls.OFFERED, True)),
        ("smtp://[::1]:25", SmtpServer("::1", 25, Tls.OFFERED, True)),
        ("smtp://mailpit:1025?tls=off", SmtpServer("mailpit", 1025, Tls.OFF, False)),
        ("smtp://u:p%3A@m.example.com", SmtpServer("m.example.com", 587, Tls.REQUIRED, False, "u", "p:")),
    ],
)
def test_smtp_url_says_where_and_how(url: str, server: SmtpServer) -> None:
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://mail.example.com", "must be smtp://user:password@host:587 or smtps://user:password@host"),
        ("mail.example.com:25", "must be smtp://user:password@host:587 or smtps://user:password@host"),
        ("smtp://", "must be smtp://user:password@host:587 or smtps://user:password@host"),
        ("smtp://host:99999", "must have a port between 0 and 65535"),
        ("smtp://host?tls=maybe", "takes no option but tls=off"),
        ("smtp://host?tls=off&tls=off", "takes no option but tls=off"),
        ("smtp://host?verify=off", "takes no option but tls=off"),
        ("smtps://host?tls=off", "cannot be smtps with tls=off"),
        (
            "smtp://user:hunter2@mail.example.com?tls=off",
            "would send a password unprotected; remove tls=off or the password",
        ),
    ],
)
def test_the_server_does_not_start_with_a_wrong_smtp_url(url: str, reason: str) -> None:
    with pytest.raises(SettingsProblem) as refused:
        load_settings(smtp_url=url)

    assert refused.value.problems == [f"AUTHER_SMTP_URL: {reason}"]


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("no-reply@id.example.com", "", "no-reply@id.example.com"),
        ("<no-reply@id.example.com>", "", "no-reply@id.example.com"),
        ("Auther <no-reply@localhost>", "Auther", "no-reply@localhost"),
        ("Müller, Sons & Co. <no-reply@id.example.com>", "Müller, Sons & Co.", "no-reply@id.example.com"),
        ('"Müller, Sons" <no-reply@id.example.com>', "Müller, Sons", "no-reply@id.example.com"),
        ("Straße <post@straße.example>", "Straße", "post@straße.example"),
    ],
)
def test_a_sender_is_a_name_and_an_address(sender: str, name: str, address: str) -> None:
    assert split_mailbox(load_settings(mail_from=sender).mail_from) == (name, address)


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("", "must be one address, such as Auther <no-reply@id.example.com>"),
        ("Auther", "must be one address, such as Auther <no-reply@id.example.com>"),
        ("a@example.com, b@example.com", "must be one address, such as Auther <no-reply@id.example.com>"),
        ("A <a@example.com>, B <b@example.com>", "must be one address, such as Auther <no-reply@id.example.com>"),
        ("A <a@example.com>\r\nBcc: eve@example.com", "must not hold a line break or another control character"),
        (f"A <a@{'x' * 64}.com>", "must have a domain that can exist"),
        ("A <a@example..com>", "must have a domain that can exist"),
        ("A <a@ä..com>", "must have a domain that can exist"),
    ],
)
def test_the_server_does_not_start_with_a_wrong_sender(sender: str, reason: str) -> None:
    with pytest.raises(SettingsProblem) as refused:
        load_settings(mail_from=sender)

    assert refused.value.problems == [f"AUTHER_MAIL_FROM: {reason}"]


@pytest.mark.parametrize(
    ("domain", "in_dns"),
    [
        ("example.com", "example.com"),
        ("exämple.com", "xn--exmple-cua.com"),
        # IDNA 2003 made it strasse.example, which is somebody else's.
        ("straße.example", "xn--strae-oqa.example"),
        ("例え.jp", "xn--r8jz45g.jp"),
        ("EXÄMPLE.com", "xn--exmple-cua.com"),
    ],
)
def test_a_domain_is_the_one_in_the_dns(domain: str, in_dns: str) -> None:
    assert ascii_domain(domain) == in_dns


def test_password_is_not_in_the_repr() -> None:
    assert "hunter2" not in repr(parse_smtp_url("smtps://user:hunter2@mail.example.com"))
