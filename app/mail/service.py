"""Use cases of the mail room."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from app.jobs.service import enqueue
from app.kit import clock, db
from app.kit.actor import Actor
from app.kit.errors import Unavailable
from app.kit.guard import guard
from app.kit.ids import new_id
from app.kit.paging import Direction, Page, PageRequest, Sort, make_page
from app.kit.runtime import keyring, settings
from app.mail import queries
from app.mail.errors import DeliveryFailed, DeliveryRefused, MailNotFound
from app.mail.queries import MessageRow
from app.mail.render import render_mail
from app.mail.rules import check_recipient, choose_locale, parse_smtp_url
from app.mail.types import ID_PREFIX, Body, Letter, Mail, MailStatus, SmtpServer

__all__ = [
    "count_mails",
    "erase_mails_of",
    "find_mail",
    "get_mails",
    "list_mails",
    "list_mails_of",
    "send_mail",
    "smtp_server",
    "sweep_mails",
]

SEND_KIND = "mail.send"
# With growing pauses this spans most of a day.
MAX_ATTEMPTS = 30
# Longer than any one-time link lives.
BODY_RETENTION = timedelta(days=7)
ROW_RETENTION = timedelta(days=90)
_MAX_ERROR_CHARS = 1_000
_MAX_SUBJECT_CHARS = 500
_PURPOSE = "mail"
_SORT = Sort("mails", ("created_at", "id"), ("timestamptz", "text"), Direction.DESC)


async def send_mail(
    to: str, template: str, context: Mapping[str, str], *, locale: str | None = None, user_id: str | None = None
) -> None:
    """Write a mail in the open unit of work; a job sends it after the commit.

    Without SMTP it stays in the outbox.

    Args:
        to: one plain address.
        template: one of `render.TEMPLATES`, which say what the context must hold.
        locale: BCP 47; the nearest of ours is taken.
        user_id: whose mail it is: erased with the user.

    Raises:
        BadRecipient: mail cannot be sent to this address.
        BadHeader: a header would hold a line break.
        RuntimeError: outside a unit of work.
    """
    chosen = choose_locale(locale)
    body = render_mail(template, context, chosen)
    mail_id = new_id(ID_PREFIX)
    status = MailStatus.OUTBOX if smtp_server() is None else MailStatus.QUEUED
    await queries.insert_message(
        (
            mail_id,
            check_recipient(to),
            body.subject[:_MAX_SUBJECT_CHARS],
            template,
            chosen,
            status.value,
            user_id,
            _seal(body),
            clock.now(),
        )
    )
    if status is MailStatus.QUEUED:
        await enqueue(SEND_KIND, {"id": mail_id}, max_attempts=MAX_ATTEMPTS)


def smtp_server() -> SmtpServer | None:
    """Where mail goes; None when no SMTP is configured."""
    url = settings().smtp_url
    return None if url is None else parse_smtp_url(url.get_secret_value())


async def list_mails(actor: Actor, page: PageRequest) -> Page[Mail]:
    """One page of mails, newest first. Bodies are opened for mails that were never to be sent.

    Raises:
        Forbidden: without `platform.manage_platform`.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await guard(actor, "platform.manage_platform")
    rows = [_mail(row) for row in await queries.list_messages(_SORT, page)]
    return make_page(_SORT, page, rows, lambda mail: (mail.created_at, mail.id))


async def list_mails_of(user_id: str, page: PageRequest) -> Page[Mail]:
    """One page of the mails to a user, newest first, without their bodies. No guard: for exports behind one.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    rows = [replace(_mail(row), text=None, html=None) for row in await queries.list_messages_of(user_id, _SORT, page)]
    return make_page(_SORT, page, rows, lambda mail: (mail.created_at, mail.id))


async def count_mails(actor: Actor) -> int:
    """How many mails there are; counting stops at `paging.COUNT_BOUND` + 1.

    Raises:
        Forbidden: without `platform.manage_platform`.
    """
    await guard(actor, "platform.manage_platform")
    return await queries.count_messages()


async def get_mails(actor: Actor, ids: Sequence[str]) -> dict[str, Mail]:
    """Those that exist, by id, in one statement.

    Raises:
        Forbidden: without `platform.manage_platform`.
    """
    await guard(actor, "platform.manage_platform")
    return {row.id: _mail(row) for row in await queries.find_messages(ids)}


async def find_mail(actor: Actor, mail_id: str) -> Mail:
    """One mail.

    Raises:
        Forbidden: without `platform.manage_platform`.
        MailNotFound: there is none.
    """
    found = await get_mails(actor, [mail_id])
    if mail_id not in found:
        raise MailNotFound
    return found[mail_id]


async def load_letter(mail_id: str) -> Letter | None:
    """What there is to send; None when it was sent, given up, or purged meanwhile."""
    row = next(iter(await queries.find_messages([mail_id])), None)
    if row is None or row.status is not MailStatus.QUEUED or row.sealed_body is None:
        return None
    body = _open(row)
    return Letter(row.id, row.recipient, settings().mail_from, row.locale, row.created_at, body)


async def mark_sent(mail_id: str) -> None:
    """Note that the mail server took it."""
    await queries.set_status(mail_id, MailStatus.SENT, sent_at=clock.now())


async def mark_failed(mail_id: str, error: DeliveryFailed | DeliveryRefused) -> None:
    """Note that it is given up."""
    text = re.sub(r"[\x00-\x1f]+", " ", error.detail or error.code)
    await queries.set_status(mail_id, MailStatus.FAILED, error=text[:_MAX_ERROR_CHARS])


async def mark_outbox(mail_id: str) -> None:
    """Note that it stays here: SMTP was switched off after it was written."""
    await queries.set_status(mail_id, MailStatus.OUTBOX)


async def erase_mails_of(user_id: str) -> int:
    """Delete the mails to a user (who is being deleted); how many."""
    return await queries.erase_messages(user_id)


async def sweep_mails() -> int:
    """Purge bodies after seven days, rows after ninety; how many were touched."""
    now = clock.now()
    purged = await queries.purge_bodies(now - BODY_RETENTION)
    return purged + await queries.sweep_messages(now - ROW_RETENTION)


def _seal(body: Body) -> bytes:
    text = db.dump_json({"text": body.text, "html": body.html})
    return keyring().seal(text.encode(), purpose=_PURPOSE)


def _open(row: MessageRow) -> Body:
    assert row.sealed_body is not None
    opened = db.load_json(keyring().open(row.sealed_body, purpose=_PURPOSE))
    return Body(row.subject, opened["text"], opened["html"])


def _open_if_possible(row: MessageRow) -> Body | None:
    try:
        return None if row.sealed_body is None else _open(row)
    except Unavailable:
        # One mail sealed under a lost secret must not hide the others.
        return None


def _mail(row: MessageRow) -> Mail:
    # What went to its reader is nobody else's: a reset link opens an account.
    body = _open_if_possible(row) if row.status is MailStatus.OUTBOX else None
    return Mail(
        id=row.id,
        to=row.recipient,
        subject=row.subject,
        template=row.template,
        locale=row.locale,
        status=row.status,
        created_at=row.created_at,
        sent_at=row.sent_at,
        error=row.error,
        text=body.text if body else None,
        html=body.html if body else None,
    )
