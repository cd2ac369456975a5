"""Background work of the hosted pages: what would tell by its time whether an account exists."""

from __future__ import annotations

from app.jobs.service import register
from app.jobs.types import Job
from app.kit.actor import Origin
from app.login.service.mailed import SEND_CODE, Purpose, send_code
from app.login.service.recovery import SEND_RESET, send_reset
from app.login.service.sign_up import ANSWER_SIGN_UP, answer_sign_up
from app.login.service.unlocking import SEND_UNLOCK, send_unlock


def register_jobs() -> None:
    """Tell the worker what this room does in the background."""
    register(SEND_RESET, _send_reset)
    register(ANSWER_SIGN_UP, _answer_sign_up)
    register(SEND_UNLOCK, _send_unlock)
    register(SEND_CODE, _send_code)


async def _send_reset(job: Job) -> None:
    await send_reset(job.payload["login"], flow_id=job.payload["flow_id"], locale=job.payload["locale"])


async def _answer_sign_up(job: Job) -> None:
    await answer_sign_up(job.payload["wish"])


async def _send_code(job: Job) -> None:
    wanted = job.payload
    purpose = Purpose(wanted["flow_id"], wanted["next"], wanted["locale"])
    await send_code(wanted["wish_id"], Origin(**wanted["origin"]), purpose)


async def _send_unlock(job: Job) -> None:
    await send_unlock(job.payload["user_id"])
