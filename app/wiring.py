"""Who hears of what: the only place where rooms are tied to the events of others."""

from __future__ import annotations

from datetime import timedelta

from app.authz.service import PlatformDecider, forget_subject
from app.events.service import react
from app.jobs.service import every, register
from app.jobs.types import Job
from app.kit.actor import Actor
from app.kit.limits import sweep_counters
from app.kit.runtime import bind_runtime
from app.kit.settings import Settings
from app.sessions.service import end_sessions_of_banned, sweep_sessions
from app.users.types import UserBanned, UserDeleted


def wire(settings: Settings) -> None:
    """Bind the runtime of this process and tie the rooms together."""
    bind_runtime(settings, PlatformDecider())
    react(UserBanned, end_sessions_of_banned)
    react(UserDeleted, _forget_user)
    register("sessions.sweep", _sweep_sessions)
    every("sessions.sweep", timedelta(hours=1))
    register("limits.sweep", _sweep_counters)
    every("limits.sweep", timedelta(minutes=10))


async def _forget_user(actor: Actor, event: UserDeleted) -> None:
    if event.target_id is not None:
        await forget_subject("user", event.target_id)


async def _sweep_sessions(job: Job) -> None:
    await sweep_sessions()


async def _sweep_counters(job: Job) -> None:
    await sweep_counters()
