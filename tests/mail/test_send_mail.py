"""Sending: by a job, over a real SMTP server."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from app.jobs.service import run_pending
from app.kit import clock, db
from app.kit.db import unit_of_work
from app.kit.runtime import override
from app.mail import smtp as smtp_module
from app.mail.service import MAX_ATTEMPTS, SEND_KIND, send_mail
from tests.mail.support import LINK, Mailbox, mail_server, read, self_signed, write


def smtp(mailbox: Mailbox, scheme: str = "smtp", host: str = "127.0.0.1", user: str = "") -> dict[str, str]:
    return {"smtp_url": f"{scheme}://{user}{host}:{mailbox.port}", "mail_from": "Ärger GmbH <no-reply@id.example.com>"}


async def last_error() -> str:
    text: str = await db.fetch_value("SELECT last_error FROM jobs_job WHERE kind = $1", SEND_KIND)
    return text


async def test_committed_mail_reaches_its_reader() -> None:
    async with mail_server() as mailbox:
        with override(**smtp(mailbox)):
            mail_id = await write(locale="de-AT", user_id="usr_1")
            assert (await read(mail_id))["status"] == "queued"
            assert await run_pending() == 1

    (message,) = mailbox.messages
    assert mailbox.envelopes[0].rcpt_tos == ["ada@example.com"]
    assert mailbox.envelopes[0].mail_from == "no-reply@id.example.com"
    assert str(message["From"]) == "Ärger GmbH <no-reply@id.example.com>"
    assert str(message["To"]) == "ada@example.com"
    assert str(message["Subject"]) == "Bestätige deine E-Mail-Adresse für Auther"
    assert str(message["Message-ID"]) == f"<{mail_id}@id.example.com>"
    assert str(message["Auto-Submitted"]) == "auto-generated"
    assert message["Date"] is not None
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert LINK in text.get_content()
    assert f'href="{LINK}"' in html.get_content()
    row = await read(mail_id)
    assert (row["status"], row["error"]) == ("sent", None)
    assert row["sent_at"] is not None


async def test_mail_of_a_rolled_back_transaction_is_never_sent() -> None:
    async with mail_server() as mailbox:
        with override(**smtp(mailbox)):
            with pytest.raises(LookupError):
                async with unit_of_work():
                    await send_mail("ada@example.com", "verify_email", {"url": LINK})
                    raise LookupError
            assert await run_pending() == 0

    assert mailbox.envelopes == []
    assert await db.fetch_value("SELECT count(*) FROM mail_message") == 0


async def test_mail_waits_while_the_server_is_down() -> None:
    async with mail_server() as mailbox:
        pass
    with override(**smtp(mailbox)), clock.frozen() as stopped:
        mail_id = await write()
        await run_pending()
        assert (await read(mail_id))["status"] == "queued"
        assert (await last_error()).startswith("DeliveryFailed mail_delivery_failed: The mail could not be sent. (")

        async with mail_server() as other:
            with override(**smtp(other)):
                stopped.advance(timedelta(hours=1))
                await run_pending()

    assert len(other.envelopes) == 1
    assert (await read(mail_id))["status"] == "sent"


@pytest.mark.parametrize("step", ["sender", "recipient", "data"])
@pytest.mark.parametrize("code", ["451 Try later", "552 No such thing here"])
async def test_temporary_refusal_is_tried_again_and_a_permanent_one_is_not(step: str, code: str) -> None:
    is_permanent = code.startswith("5")
    async with mail_server() as mailbox:
        setattr(mailbox, f"answer_to_{step}", code)
        with override(**smtp(mailbox)), clock.frozen() as stopped:
            mail_id = await write()
            await run_pending()
            row = await read(mail_id)
            assert row["status"] == ("failed" if is_permanent else "queued")
            assert row["error"] == (code if is_permanent else None)
            # Not again at once.
            assert await run_pending() == 0

            setattr(mailbox, f"answer_to_{step}", "250 OK")
            stopped.advance(timedelta(hours=1))
            await run_pending()

    assert len(mailbox.envelopes) == (0 if is_permanent else 1)


@pytest.mark.parametrize("limit", ["TIMEOUT_SECONDS", "TOTAL_SECONDS"])
async def test_a_server_that_says_nothing_is_left_and_asked_again_later(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    connected: list[asyncio.StreamWriter] = []

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.append(writer)

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    monkeypatch.setattr(smtp_module, limit, 0.05)
    with override(smtp_url=f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"):
        mail_id = await write()
        await run_pending()
    for writer in connected:
        writer.close()
    server.close()

    assert (await read(mail_id))["status"] == "queued"
    assert "Timeout" in await last_error()


async def test_mail_is_given_up_after_the_last_attempt() -> None:
    async with mail_server() as mailbox:
        mailbox.answer_to_data = "451 Not today"
        with override(**smtp(mailbox)), clock.frozen() as stopped:
            mail_id = await write()
            for _ in range(MAX_ATTEMPTS + 2):
                await run_pending()
                stopped.advance(timedelta(hours=1))

    row = await read(mail_id)
    assert row["status"] == "failed"
    assert row["error"] == "451 Not today"


async def test_mail_sent_twice_by_a_crash_has_one_message_id() -> None:
    async with mail_server() as mailbox:
        with override(**smtp(mailbox)):
            mail_id = await write()
            await run_pending()
            await db.execute("UPDATE mail_message SET status = 'queued' WHERE id = $1", mail_id)
            await db.execute("UPDATE jobs_job SET state = 'ready', due_at = now()")
            await run_pending()

    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]


async def test_mail_that_was_sent_is_not_sent_by_a_second_job() -> None:
    async with mail_server() as mailbox:
        with override(**smtp(mailbox)):
            await write()
            await run_pending()
            await db.execute("UPDATE jobs_job SET state = 'ready', due_at = now()")
            assert await run_pending() == 1

    assert len(mailbox.envelopes) == 1


async def test_starttls_is_used_when_a_server_on_this_machine_offers_it(tmp_path: Path) -> None:
    async with mail_server(starttls=self_signed(tmp_path)) as mailbox:
        with override(**smtp(mailbox)):
            await write()
            await run_pending()

    assert mailbox.was_protected == [True]


async def test_server_elsewhere_without_starttls_gets_nothing() -> None:
    # 127.0.0.2 is not among the names that count as this machine.
    async with mail_server(host="127.0.0.2") as mailbox:
        with override(**smtp(mailbox, host="127.0.0.2")):
            mail_id = await write()
            await run_pending()

    assert mailbox.envelopes == []
    assert (await read(mail_id))["status"] == "queued"
    assert "STARTTLS" in await last_error()


async def test_server_elsewhere_with_an_untrusted_certificate_gets_nothing(tmp_path: Path) -> None:
    async with mail_server(host="127.0.0.2", starttls=self_signed(tmp_path)) as mailbox:
        with override(**smtp(mailbox, host="127.0.0.2")):
            await write()
            await run_pending()

    assert mailbox.envelopes == []
    assert "CERTIFICATE_VERIFY_FAILED" in await last_error()


async def test_trusted_network_can_do_without_tls() -> None:
    async with mail_server(host="127.0.0.2") as mailbox:
        with override(smtp_url=f"smtp://127.0.0.2:{mailbox.port}?tls=off"):
            await write()
            await run_pending()

    assert mailbox.was_protected == [False]


async def test_smtps_is_protected_from_the_first_byte(tmp_path: Path) -> None:
    async with mail_server(tls=self_signed(tmp_path)) as mailbox:
        with override(**smtp(mailbox, "smtps")):
            mail_id = await write()
            await run_pending()

    assert len(mailbox.envelopes) == 1
    assert (await read(mail_id))["status"] == "sent"


async def test_user_and_password_of_the_url_sign_in(tmp_path: Path) -> None:
    async with mail_server(starttls=self_signed(tmp_path)) as mailbox:
        with override(**smtp(mailbox, user="mail%40er:p%40ss%20word@")):
            await write()
            await run_pending()

    assert mailbox.logins == [(b"mail@er", b"p@ss word")]
    assert len(mailbox.envelopes) == 1


async def test_wrong_password_is_a_temporary_failure(tmp_path: Path) -> None:
    async with mail_server(starttls=self_signed(tmp_path)) as mailbox:
        with override(**smtp(mailbox, user="mailer:wrong@")):
            mail_id = await write()
            await run_pending()

    assert (await read(mail_id))["status"] == "queued"
    assert "wrong" not in await last_error()


async def test_mail_stays_when_smtp_is_switched_off_before_it_is_sent() -> None:
    with override(smtp_url="smtp://localhost:1"):
        mail_id = await write()

    await run_pending()

    assert (await read(mail_id))["status"] == "outbox"


async def test_recipient_beyond_ascii_is_reached() -> None:
    async with mail_server(enable_SMTPUTF8=True) as mailbox:
        with override(**smtp(mailbox)):
            mail_id = await write("jürgen@exämple.com")
            await run_pending()

    assert (await read(mail_id))["status"] == "sent"
    assert mailbox.envelopes[0].rcpt_tos == ["jürgen@xn--exmple-cua.com"]


async def test_rfc6531_a_server_that_cannot_take_the_address_is_not_asked_again() -> None:
    async with mail_server(enable_SMTPUTF8=False) as mailbox:
        with override(**smtp(mailbox)):
            mail_id = await write("jürgen@example.com")
            await run_pending()

    assert mailbox.envelopes == []
    row = await read(mail_id)
    assert row["status"] == "failed"
    assert "SMTPUTF8" in row["error"]


async def test_a_domain_beyond_ascii_needs_nothing_of_the_server() -> None:
    async with mail_server(enable_SMTPUTF8=False) as mailbox:
        with override(**{**smtp(mailbox), "mail_from": "Müller, Söhne & Co. <post@müller.example>"}):
            mail_id = await write("ada@straße.example", locale="fr-CA", context={"url": LINK, "name": "Zoë"})
            await run_pending()

    (envelope,), (message,) = mailbox.envelopes, mailbox.messages
    assert (envelope.mail_from, envelope.rcpt_tos) == ("post@xn--mller-kva.example", ["ada@xn--strae-oqa.example"])
    assert [(one.display_name, one.addr_spec) for one in message["From"].addresses] == [
        ("Müller, Söhne & Co.", "post@xn--mller-kva.example")
    ]
    assert str(message["Message-ID"]) == f"<{mail_id}@xn--mller-kva.example>"
    assert str(message["Subject"]) == "Confirmez votre adresse e-mail pour Auther"
    assert envelope.original_content is not None
    assert envelope.original_content.isascii()
    assert max(map(len, envelope.original_content.split(b"\r\n"))) <= 998  # RFC 5322 §2.1.1
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith("Bonjour Zoë,\r\n")


async def test_a_mail_says_what_it_is() -> None:
    async with mail_server() as mailbox:
        with override(**smtp(mailbox)), clock.frozen():
            mail_id = await write(locale="fr")
            written_at = (await read(mail_id))["created_at"]
            await run_pending()

    (message,) = mailbox.messages
    parts = [(part.get_content_type(), part.get_content_charset()) for part in message.iter_parts()]
    assert message.get_content_type() == "multipart/alternative"
    assert parts == [("text/plain", "utf-8"), ("text/html", "utf-8")]
    assert message["Date"].datetime == written_at.replace(microsecond=0)
    names = ("MIME-Version", "Content-Language", "Auto-Submitted", "X-Auto-Response-Suppress")
    assert [str(message[name]) for name in names] == ["1.0", "fr", "auto-generated", "All"]
    assert sorted(set(message.keys())) == sorted(message.keys())
