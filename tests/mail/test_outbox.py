"""The outbox: what is shown, to whom, for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.jobs.service import run_pending
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.errors import AppError, Forbidden, Unauthenticated
from app.kit.paging import PageRequest
from app.kit.runtime import override
from app.mail.errors import MailNotFound
from app.mail.service import (
    BODY_RETENTION,
    ROW_RETENTION,
    count_mails,
    erase_mails_of,
    find_mail,
    get_mails,
    list_mails,
    sweep_mails,
)
from app.mail.types import MailStatus
from tests.mail.support import LINK, mail_server, read, write
from tests.support import as_user, commit, counted_statements, make_admin


async def test_without_smtp_mail_stays_in_the_outbox_and_operators_read_it() -> None:
    admin = as_user(await make_admin())
    first = await write("ada@example.com")
    second = await write("bob@example.com", "reset_password", locale="de")
    assert await run_pending() == 0

    page = await list_mails(admin, PageRequest())

    assert [mail.id for mail in page.items] == [second, first]
    assert await count_mails(admin) == 2
    mail = page.items[1]
    assert (mail.to, mail.template, mail.locale, mail.status) == ("ada@example.com", "verify_email", "en", "outbox")
    assert mail.subject == "Confirm your e-mail address for Auther"
    assert mail.text is not None
    assert LINK in mail.text
    assert mail.html is not None
    assert LINK in mail.html
    assert await find_mail(admin, first) == mail
    assert await get_mails(admin, [first, "mail_unknown"]) == {first: mail}


async def test_links_are_sealed_at_rest() -> None:
    mail_id = await write()

    row = await read(mail_id)
    assert b"vrf_secret-of-the-link" not in row["sealed_body"]
    assert "vrf_secret-of-the-link" not in str({name: value for name, value in row.items() if name != "sealed_body"})
    assert await db.fetch_value("SELECT count(*) FROM jobs_job WHERE payload::text LIKE '%vrf_%'") == 0


async def test_mail_that_went_to_its_reader_is_nobody_elses() -> None:
    async with mail_server() as mailbox:
        with override(smtp_url=f"smtp://localhost:{mailbox.port}"):
            mail_id = await write()
            queued = await find_mail(SYSTEM, mail_id)
            await run_pending()
            sent = await find_mail(SYSTEM, mail_id)

    assert (queued.status, queued.text, queued.html) == (MailStatus.QUEUED, None, None)
    assert (sent.status, sent.text, sent.html) == (MailStatus.SENT, None, None)


@pytest.mark.parametrize(
    ("actor", "kind"), [(ANONYMOUS, Unauthenticated), (Actor(ActorKind.USER, "usr_stranger"), Forbidden)]
)
async def test_outbox_is_for_operators(actor: Actor, kind: type[AppError]) -> None:
    mail_id = await write()

    with pytest.raises(kind):
        await list_mails(actor, PageRequest())
    with pytest.raises(kind):
        await count_mails(actor)
    with pytest.raises(kind):
        await find_mail(actor, mail_id)
    with pytest.raises(kind):
        await get_mails(actor, [mail_id])


async def test_unknown_mail_is_not_found() -> None:
    with pytest.raises(MailNotFound):
        await find_mail(SYSTEM, "mail_unknown")


async def test_pages_of_mails_cost_one_statement_each() -> None:
    ids = [await write() for _ in range(3)]

    with counted_statements() as statements:
        first = await list_mails(SYSTEM, PageRequest(first=2))
    rest = await list_mails(SYSTEM, PageRequest(first=2, after=first.cursors[-1]))

    assert len(statements) == 1
    assert [mail.id for mail in (*first.items, *rest.items)] == ids[::-1]


async def test_mail_sealed_under_a_lost_secret_does_not_hide_the_others() -> None:
    with override(secret="quite another secret, long gone and forgotten"):
        lost = await write()
    await db.execute("UPDATE mail_message SET sealed_body = '\\x01020304050607'::bytea WHERE id = $1", lost)
    kept = await write()

    mails = await get_mails(SYSTEM, [lost, kept])

    assert mails[lost].text is None
    assert mails[kept].text is not None


async def test_bodies_are_purged_after_a_week_and_rows_after_ninety_days() -> None:
    with clock.frozen() as stopped:
        mail_id = await write()
        stopped.advance(BODY_RETENTION)
        assert await commit(sweep_mails()) == 0

        stopped.advance(timedelta(seconds=1))
        assert await commit(sweep_mails()) == 1
        mail = await find_mail(SYSTEM, mail_id)
        assert (mail.text, mail.html, mail.subject) == (None, None, "Confirm your e-mail address for Auther")

        stopped.advance(ROW_RETENTION - BODY_RETENTION)
        assert await commit(sweep_mails()) == 1
    assert await db.fetch_value("SELECT count(*) FROM mail_message") == 0


async def test_mails_of_a_deleted_user_are_erased() -> None:
    await write(user_id="usr_1")
    kept = await write(user_id="usr_2")

    assert await commit(erase_mails_of("usr_1")) == 1

    assert [mail.id for mail in (await list_mails(SYSTEM, PageRequest())).items] == [kept]
