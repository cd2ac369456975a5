"""Who may keep policies: as with models, who manages access to the client, or the platform where there is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from app.kit.actor import Actor
from app.kit.guard import guard, has_permission, refuse

MANAGE_ACCESS: Final = "clients.manage_access"
MANAGE_PLATFORM: Final = "platform.manage_platform"

Decide = Callable[[Actor, str], Awaitable[bool]]


async def _nobody(actor: Actor, client_id: str) -> bool:
    return False


_manages_client: Decide = _nobody


def let_managers_keep(manages_client: Decide) -> None:
    """Who manages a client, in the words of the room that knows; nobody until this is called."""
    global _manages_client
    _manages_client = manages_client


async def may_keep(actor: Actor, scope: str) -> bool:
    """Whether an actor may see and change the policies of a client, or (empty) of the installation."""
    return await _manages_client(actor, scope) if scope else await has_permission(actor, MANAGE_PLATFORM)


async def guard_scope(actor: Actor, scope: str) -> None:
    """Let an actor see and change the policies of a scope.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client, or `platform.manage_platform`.
    """
    if not scope:
        await guard(actor, MANAGE_PLATFORM)
    elif not await _manages_client(actor, scope):
        refuse(actor, MANAGE_ACCESS, on="on this client")


async def guard_trial(actor: Actor, scope: str | None) -> None:
    """Let an actor try a policy: who keeps those of the scope; where none is named, who keeps those of any client.

    Raises:
        Forbidden, Unauthenticated.
    """
    if scope is not None:
        await guard_scope(actor, scope)
    elif not await has_permission(actor, MANAGE_PLATFORM):
        await guard(actor, MANAGE_ACCESS)
