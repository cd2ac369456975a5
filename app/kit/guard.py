"""The one door to everything that is protected.

Rooms ask `guard(actor, "users.create")`. Who decides is bound by the composition root, because
the engine stands above some of the rooms that ask. Unbound means denied.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn, Protocol

from app.kit.actor import Actor, ActorKind
from app.kit.errors import Forbidden, Unauthenticated
from app.kit.runtime import runtime

# Family → what can be asked of it: the nine platform models of the permission engine.
PERMISSIONS: dict[str, tuple[str, ...]] = {
    "platform": ("manage_platform",),
    "users": ("view", "create", "update", "delete", "ban", "impersonate"),
    "groups": ("view", "create", "update", "delete", "manage_members"),
    "clients": ("view", "create", "update", "delete", "manage_access"),
    "webhooks": ("view", "create", "update", "delete", "test"),
    "pipelines": ("view", "create", "update", "delete", "execute"),
    "api_keys": ("view_all", "revoke"),
    "keys": ("view", "rotate"),
    "sessions": ("view_all", "revoke_all"),
}
ALL_PERMISSIONS = frozenset(f"{family}.{action}" for family, actions in PERMISSIONS.items() for action in actions)


class Decider(Protocol):
    """Knows which platform permissions (`users.create`) an actor holds."""

    async def permissions_of(self, actor: Actor) -> frozenset[str]: ...

    async def recent_permissions_of(self, actor: Actor) -> frozenset[str]:
        """The same, from memory where that is only moments old: enough for what only reads."""
        ...

    async def permissions_of_many(self, actors: Sequence[Actor]) -> Mapping[Actor, frozenset[str]]: ...

    async def reach_of_many(self, actors: Sequence[Actor]) -> Mapping[Actor, frozenset[str]]:
        """With what they hold on single entities, or will hold later, as if it were on all and now."""
        ...


Ask = Callable[[Actor], Awaitable[frozenset[str]]]

_ask: ContextVar[Ask | None] = ContextVar("ask_for_permissions", default=None)
_remembered: ContextVar[dict[Actor, frozenset[str]] | None] = ContextVar("remembered_permissions", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Ask the decider at most once per actor inside the block (one request)."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def forget_permissions() -> None:
    """Ask the decider anew, also inside `remembering`: what it decides from has changed."""
    remembered = _remembered.get()
    if remembered is not None:
        remembered.clear()


@contextmanager
def asking_by(ask: Ask) -> Iterator[None]:
    """Ask the decider by way of this inside the block."""
    token = _ask.set(ask)
    try:
        yield
    finally:
        _ask.reset(token)


async def permissions_of(actor: Actor) -> frozenset[str]:
    """Every platform permission that the actor holds."""
    fixed = _fixed_permissions(actor)
    if fixed is not None:
        return fixed
    ask, remembered = _ask.get() or runtime().decider.permissions_of, _remembered.get()
    if remembered is None:
        return await ask(actor)
    held = remembered.get(actor)
    if held is None:
        held = remembered[actor] = await ask(actor)
    return held


async def permissions_of_many(actors: Sequence[Actor]) -> Mapping[Actor, frozenset[str]]:
    """The same for several at once, asked anew: for dataloaders, not for guards."""
    return await runtime().decider.permissions_of_many(actors)


async def reach_of_many(actors: Sequence[Actor]) -> Mapping[Actor, frozenset[str]]:
    """What each actor might do at most: to tell whether they are stronger than another, not whether they may.

    Every platform permission that they hold, and each that they hold on single entities only, or later. Asked anew.
    """
    return await runtime().decider.reach_of_many(actors)


async def reach_of(actor: Actor) -> frozenset[str]:
    """The same of one."""
    return (await reach_of_many([actor]))[actor]


async def recall_permissions(actor: Actor) -> None:
    """Let the guards of this request use what the process knew of the actor a moment ago: it only reads."""
    remembered = _remembered.get()
    if remembered is None or actor in remembered or actor.kind in {ActorKind.SYSTEM, ActorKind.ANONYMOUS}:
        return
    remembered[actor] = await runtime().decider.recent_permissions_of(actor)


async def had_permission(actor: Actor, permission: str) -> bool:
    """Whether the process knew a moment ago that the actor may do that: enough before something that only reads.

    Nothing of it is remembered for the guards of this request.

    Raises:
        LookupError: when no such permission exists (a mistake in our code).
    """
    _require_known(permission)
    fixed = _fixed_permissions(actor)
    return permission in (await runtime().decider.recent_permissions_of(actor) if fixed is None else fixed)


async def has_permission(actor: Actor, permission: str) -> bool:
    """The asking form of the guard: may this actor do that?

    Raises:
        LookupError: when no such permission exists (a mistake in our code).
    """
    _require_known(permission)
    return permission in await permissions_of(actor)


async def guard(actor: Actor, permission: str) -> None:
    """Let the actor pass or raise.

    Raises:
        Unauthenticated: `kit_sign_in_required`, nobody is signed in.
        Forbidden: `kit_permission_missing`, naming the permission.
    """
    if not await has_permission(actor, permission):
        refuse(actor, permission)


def refuse(actor: Actor, permission: str, *, on: str = "") -> NoReturn:
    """Tell an actor that it lacks a permission.

    Args:
        on: where it would be enough to hold it, in words (`on this client`).

    Raises:
        Unauthenticated: `kit_sign_in_required`, nobody is signed in.
        Forbidden: `kit_permission_missing`, naming the permission.
    """
    require_sign_in(actor)
    text = f"This needs the permission {permission}{' ' if on else ''}{on}."
    raise Forbidden("kit_permission_missing", text, detail=permission)


def require_sign_in(actor: Actor) -> None:
    """Let anybody pass who is signed in.

    Raises:
        Unauthenticated: `kit_sign_in_required`.
    """
    if not actor.is_authenticated:
        raise Unauthenticated("kit_sign_in_required", "Sign in first.")


def _fixed_permissions(actor: Actor) -> frozenset[str] | None:
    """What nobody decides: the system may everything, nobody nothing; None for everybody else."""
    if actor.kind is ActorKind.SYSTEM:
        return ALL_PERMISSIONS
    return frozenset() if not actor.is_authenticated or actor.is_account_level else None


def _require_known(permission: str) -> None:
    if permission not in ALL_PERMISSIONS:
        raise LookupError(f"unknown permission {permission}")
