"""Signing in through an identity provider."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.credentials.service import read_version
from app.factors.service import has_factor
from app.kit import clock
from app.kit.actor import Actor
from app.kit.runtime import settings
from app.login.service.arriving import proceed
from app.login.types import AMR_FEDERATED, Arrival, Halted, Pending, Step
from app.sessions.types import Flow, NewSession
from app.upstream.errors import ProofStale
from app.upstream.service import recognise
from app.upstream.types import Return


async def enter_from_outside(actor: Actor, came: Return, arrival: Arrival) -> NewSession | Halted:
    """Let in who came back from a provider, or tell what is still missing. In a unit of work.

    The session is as old as the sign-in at the provider, unless the person proves a factor here now.

    Raises:
        AccountExists, AccountMissing, AddressMissing, AddressUnproved: see `upstream.recognise`.
        ProofStale: the flow wants a newer sign-in than the provider tells of, and nothing here makes up for it.
        AccountSuspended: the user is banned.
    """
    flow = arrival.flow
    user = await recognise(
        actor, came, client_id=flow.client_id if flow else None, origin=flow.origin if flow else None
    )
    if not is_recent_enough(came.proved_at, arrival.flow) and not await has_factor(user.id):
        raise ProofStale(came.provider.name)
    # When somebody proved it is unknown: so long ago that nothing takes it for a fresh proof.
    proved_at = came.proved_at or clock.now() - settings().session_absolute_ttl
    pending = Pending(user.id, await read_version(user.id), AMR_FEDERATED, auth_time=proved_at)
    outcome = await proceed(actor, pending, arrival)
    if isinstance(outcome, Halted) and outcome.step is Step.FACTOR:
        return replace(outcome, pending=replace(pending, auth_time=None))
    return outcome


def oldest_proof(flow: Flow | None) -> timedelta | None:
    """How old a sign-in at a provider may be for the flow; None when that does not matter."""
    if flow is None or not (flow.must_reauthenticate or flow.min_auth_time):
        return None
    if flow.must_reauthenticate or flow.min_auth_time is None:
        return timedelta()
    return max(timedelta(), clock.now() - flow.min_auth_time)


def is_recent_enough(proved_at: datetime | None, flow: Flow | None) -> bool:
    """Whether a sign-in at a provider will do for the flow."""
    if flow is None:
        return True
    wanted = [each for each in (flow.created_at if flow.must_reauthenticate else None, flow.min_auth_time) if each]
    return not wanted or (proved_at is not None and proved_at >= max(wanted))
