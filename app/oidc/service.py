"""Use cases of the oidc room that others call; the endpoints have modules of their own."""

from __future__ import annotations

from datetime import timedelta

from app.events.types import Event
from app.kit import clock
from app.kit.actor import Actor
from app.kit.recall import forget_after_commit
from app.kit.runtime import settings
from app.oidc.access_tokens import AccessToken, find_access_token
from app.oidc.backchannel import tell_end_of_session
from app.oidc.consents import list_consents, withdraw_consent
from app.oidc.farewell import find_farewell
from app.oidc.holders import Shown, find_holder, find_holder_again, look_at_holder
from app.oidc.queries import assertions, codes, devices, grants, interactions, proofs, pushed, tokens
from app.oidc.registration.sweeping import sweep_unused
from app.sessions.types import SessionDeleted

__all__ = [
    "AccessToken",
    "Shown",
    "end_grants_of_session",
    "end_grants_of_user",
    "find_access_token",
    "find_farewell",
    "find_holder",
    "find_holder_again",
    "forget_tokens",
    "list_consents",
    "look_at_holder",
    "sweep",
    "tell_end_of_session",
    "withdraw_consent",
]

# The longest life of an access token: so long a second use of a code or a revocation has to be known.
MEMORY = timedelta(hours=1)
# Whoever opened a pushed request at its last moment is through with the first page.
OPENING = timedelta(minutes=1)


async def end_grants_of_session(actor: Actor, event: SessionDeleted) -> None:
    """Reaction to the end of a session, in its transaction: what grew from it ends."""
    if event.target_id is not None:
        await grants.revoke_of_session(event.target_id)


async def end_grants_of_user(actor: Actor, event: Event) -> None:
    """Reaction to what makes a user's proofs worthless (a ban, a new password), in its transaction: all they gave ends.

    Grants may outlive their session's row, so ending the sessions does not reach all of them.
    """
    if event.target_id is not None:
        await grants.revoke_of_user(event.target_id)


async def forget_tokens(actor: Actor, event: Event) -> None:
    """Reaction to what changes a user or a client: tokens of theirs are looked at anew once that is committed."""
    if event.target_id is not None:
        forget_after_commit(event.target_id)


async def sweep() -> int:
    """Delete what time has finished: what waited, codes, grants, revoked tokens, used assertions, unused
    dynamic clients; how many rows.
    """
    now = clock.now()
    return (
        await interactions.sweep(now)
        + await codes.sweep(now - MEMORY)
        + await grants.sweep(now - MEMORY, graced_before=now - settings().refresh_grace)
        + await tokens.sweep(now - MEMORY)
        + await devices.sweep(now - MEMORY)
        + await assertions.sweep(now)
        + await proofs.sweep(now)
        + await pushed.sweep(now - OPENING)
        + await sweep_unused()
    )
