"""Background work of the hosted pages: what would tell by its time whether an account exists."""

from __future__ import annotations

from app.jobs.service import register
from app.jobs.types import Job
from app.login.service.recovery import SEND_RESET, send_reset
from app.login.service.sign_up import ANSWER_SIGN_UP, answer_sign_up


def register_jobs() -> None:
    """Tell the worker what this room does in the background."""
    register(SEND_RESET, _send_reset)
    register(ANSWER_SIGN_UP, _answer_sign_up)


async def _send_reset(job: Job) -> None:
    await send_reset(job.payload["login"], flow_id=job.payload["flow_id"], locale=job.payload["locale"])


async def _answer_sign_up(job: Job) -> None:
    await answer_sign_up(job.payload["wish"])
