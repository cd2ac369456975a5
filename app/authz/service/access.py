"""Who may ask about whom, and who may manage what a client owns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.authz.engine.policies import leave_open
from app.authz.engine.resolve import CLIENTS, FULL_ACCESS, resolve
from app.authz.engine.schema import Schema
from app.authz.service.snapshots import NEWEST, open_sql_snapshot
from app.authz.types.answers import Check, Decision, Source
from app.authz.types.tuples import SUBJECT_TYPES, EntityRef, SubjectRef
from app.kit.actor import Actor
from app.kit.errors import AppError, Forbidden, Unauthenticated
from app.kit.guard import guard, has_permission, refuse

if TYPE_CHECKING:
    from app.authz.service.sources import AnswerSource

MANAGE_ACCESS = "clients.manage_access"
MANAGE_PLATFORM = "platform.manage_platform"
# What lets somebody ask about others: the permission on a client, or everything on it.
_MANAGING = ("manage_access", FULL_ACCESS)


def subject_of(actor: Actor) -> SubjectRef | None:
    """The subject that a caller is; None for anonymous callers and the system."""
    if actor.id is None or actor.kind.value not in SUBJECT_TYPES:
        return None
    return SubjectRef(actor.kind.value, actor.id)


async def guard_scope(actor: Actor, scope: str) -> None:
    """Let an actor manage models and tuples of a scope: a client's, or (empty) the installation's.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client, or `platform.manage_platform`.
    """
    if scope:
        await guard_client_access(actor, scope)
    else:
        await guard(actor, MANAGE_PLATFORM)


async def guard_client_access(actor: Actor, client_id: str) -> None:
    """Let an actor pass who may say who may use a client: this one, or every client.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client.
    """
    if not await can_manage_access(actor, client_id):
        refuse(actor, MANAGE_ACCESS, on="on this client")


async def can_manage_access(actor: Actor, client_id: str) -> bool:
    """Whether an actor holds `manage_access` on a client, by a tuple on it or on every client.

    Nobody does where only what is one's own can be asked for (`Actor.is_account_level`).
    """
    if actor.is_account_level:
        return False
    if await has_permission(actor, MANAGE_ACCESS):
        return True
    subject = subject_of(actor)
    if subject is None:
        return False
    snapshot = await open_sql_snapshot(NEWEST)
    checks = [Check(subject, action, EntityRef(CLIENTS, client_id)) for action in _MANAGING]
    answers = await resolve(snapshot.compiled.rules, snapshot.reader, checks, judge=leave_open)
    return any(answer.decision is Decision.ALLOWED for answer in answers)


async def guard_question(
    actor: Actor, source: AnswerSource, subject: SubjectRef, scope: str, *, is_supposing: bool = False
) -> None:
    """Let an actor ask about a subject: about itself always, about others who manages access of the scope.

    Args:
        is_supposing: with contextual tuples. They tell what others hold, so they need the permission always.

    Raises:
        Forbidden, Unauthenticated.
    """
    if is_supposing or subject != subject_of(actor):
        await guard_asking(actor, source, scope)


async def guard_asking(actor: Actor, source: AnswerSource, scope: str) -> None:
    """Let an actor ask about everybody on the types of a client, or (empty) of the installation.

    Args:
        source: what answers. Who manages access is read from it where that costs no statement.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client, or `platform.manage_platform`.
    """
    if not await _is_known_to_manage(actor, source, scope):
        await guard_scope(actor, scope)


async def may_ask(actor: Actor, source: AnswerSource, scope: str) -> bool:
    """The asking form of `guard_asking`: nothing is recorded of a no."""
    if await _is_known_to_manage(actor, source, scope):
        return True
    return await can_manage_access(actor, scope) if scope else await has_permission(actor, MANAGE_PLATFORM)


async def find_refused(
    actor: Actor, source: AnswerSource, questions: Sequence[tuple[SubjectRef, str]]
) -> dict[str, AppError]:
    """The scopes on whose types the actor may not ask about others, and why.

    Args:
        questions: the subject and the scope of each.
    """
    own = subject_of(actor)
    refused: dict[str, AppError] = {}
    for scope in sorted({scope for subject, scope in questions if subject != own}):
        try:
            await guard_asking(actor, source, scope)
        except (Forbidden, Unauthenticated) as error:
            refused[scope] = error
    return refused


async def _is_known_to_manage(actor: Actor, source: AnswerSource, scope: str) -> bool:
    own = subject_of(actor)
    # The index holds what stands now. What SQL answers from may be long past, when the actor managed access still.
    if source.kind is not Source.INDEX or own is None or not scope or actor.is_account_level:
        return False
    answers = await source.ask([(own, action, CLIENTS, scope, {}) for action in _MANAGING], judge=leave_open)
    return any(each.decision is Decision.ALLOWED for each in answers)


def scope_of(schema: Schema, type_name: str) -> str:
    """The client that owns a type, also of one that no model defines."""
    found = schema.types.get(type_name)
    return found.scope if found else type_name.rpartition(":")[0]
