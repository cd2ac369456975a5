"""Keeping an account whose deletion its owner had asked for."""

from __future__ import annotations

from dataclasses import replace

from app.kit.actor import Actor, ActorKind
from app.lifecycle.service import keep_own_account
from app.login.errors import StartOver
from app.login.service.arriving import find_current, next_step, proceed
from app.login.types import Arrival, Halted, Pending, Step
from app.sessions.types import NewSession


async def keep_account(actor: Actor, pending: Pending, arrival: Arrival) -> NewSession | Halted:
    """Call the deletion off and go on signing in, for who proved who they are as far as they can.

    Raises:
        AccountSuspended, AccountLeaving, StartOver: as `proceed`; also when there is nothing to call off.
    """
    user = await find_current(actor, pending, arrival)
    if await next_step(pending, arrival.flow) is not Step.LEAVING:
        raise StartOver
    await keep_own_account(replace(actor, kind=ActorKind.USER, id=user.id), user)
    return await proceed(actor, pending, arrival)
