"""Who may ask about whom, and who may manage what a client owns."""

from __future__ import annotations

from app.authz.engine.resolve import FULL_ACCESS, resolve
from app.authz.engine.schema import Schema
from app.authz.service.snapshots import NEWEST, open_sql_snapshot
from app.authz.types.answers import Check, Decision
from app.authz.types.tuples import SUBJECT_TYPES, EntityRef, SubjectRef
from app.kit.actor import Actor
from app.kit.guard import guard, has_permission, refuse

MANAGE_ACCESS = "clients.manage_access"
MANAGE_PLATFORM = "platform.manage_platform"
_CLIENTS = "clients"


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
    entity = EntityRef(_CLIENTS, client_id)
    checks = [Check(subject, action, entity) for action in ("manage_access", FULL_ACCESS)]
    answers = await resolve(snapshot.compiled.rules, snapshot.reader, checks)
    return any(answer.decision is Decision.ALLOWED for answer in answers)


async def guard_question(actor: Actor, subject: SubjectRef, scope: str) -> None:
    """Let an actor ask about a subject: about itself always, about others who manages access of the scope.

    Raises:
        Forbidden, Unauthenticated.
    """
    if subject == subject_of(actor):
        return
    await guard_scope(actor, scope)


def scope_of(schema: Schema, type_name: str) -> str:
    """The client that owns a type, also of one that no model defines."""
    found = schema.types.get(type_name)
    return found.scope if found else type_name.rpartition(":")[0]
