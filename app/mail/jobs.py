"""What workers do for this room: send, purge."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog

from app.jobs.service import every, register, register_outbound
from app.jobs.types import Job
from app.kit.db import unit_of_work
from app.mail import service
from app.mail.errors import DeliveryFailed, DeliveryRefused
from app.mail.smtp import send_letter

_log = structlog.get_logger("auther.mail")

SWEEP_KIND = "mail.sweep"


def register_jobs() -> None:
    """Tell the worker what this room does in the background."""
    register_outbound(service.SEND_KIND, _send)
    register(SWEEP_KIND, _sweep)
    every(SWEEP_KIND, timedelta(hours=1))


async def _send(job: Job) -> None:
    mail_id = str(job.payload["id"])
    server = service.smtp_server()
    async with unit_of_work():
        letter = await service.load_letter(mail_id)
        if letter is not None and server is None:
            await service.mark_outbox(mail_id)
    if letter is None or server is None:
        return
    started = time.perf_counter()
    try:
        await send_letter(letter, server)
    except DeliveryFailed as error:
        if not isinstance(error, DeliveryRefused) and job.attempt < service.MAX_ATTEMPTS:
            raise
        await _give_up(mail_id, error)
        return
    async with unit_of_work():
        await service.mark_sent(mail_id)
    _log.info("mail.sent", mail=mail_id, ms=round((time.perf_counter() - started) * 1000))


async def _give_up(mail_id: str, error: DeliveryFailed) -> None:
    _log.warning("mail.given_up", mail=mail_id, detail=error.detail)
    async with unit_of_work():
        await service.mark_failed(mail_id, error)


async def _sweep(_job: Job) -> None:
    await service.sweep_mails()
