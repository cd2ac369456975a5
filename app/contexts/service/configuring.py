"""Registration contexts, as operators and managers of clients make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from app.authz.errors import EntityUnknown
from app.authz.service.access import MANAGE_ACCESS, guard_scope
from app.authz.service.offers import review_offers
from app.authz.types.writes import Offer
from app.clients.service import find_client
from app.contexts import queries, rules
from app.contexts.errors import ContextClientUnknown, ContextNotFound, IdempotencyMismatch, SlugTaken
from app.contexts.types import (
    CONTEXT_PREFIX,
    Context,
    ContextChanges,
    ContextCreated,
    ContextDeleted,
    ContextUpdated,
    Grant,
    NewContext,
)
from app.events.service import emit
from app.kit import clock
from app.kit.actor import Actor
from app.kit.errors import AppError, InputProblems
from app.kit.guard import guard, require_sign_in
from app.kit.idempotency import read_creation
from app.kit.ids import new_id
from app.users.types import UNSET

_GRANTS: Final = "grants"
# Fields of a tuple → those of a grant that they are made of.
_FIELDS: Final = {"entity": "entity_type", "subject": "relation", "condition": "relation"}
# Stands for whoever will come.
_SOMEBODY: Final = "somebody"
_COLUMNS: Final = ("name", "description", "allowed_origins", "allowed_domains", "is_enabled")
_FIXED: Final = ("slug", "client_id")


async def create_context(actor: Actor, new: NewContext, *, idempotency_key: str | None = None) -> Context:
    """Make a context. The same idempotency key with the same input gives the same context again.

    Raises:
        Unauthenticated, Forbidden: without `manage_access` on its client, or `platform.manage_platform`; or it would
            give what the actor could not give (RightsExceeded, and as `write_tuples`).
        InputProblems, or a single problem: what is wrong with it; also what no model allows.
        SlugTaken. ContextClientUnknown. IdempotencyMismatch: the key was used for other input. IdempotencyKeyInvalid.
    """
    columns, offers = await _review(actor, new)
    if idempotency_key is None:
        return await _insert(actor, columns, offers)
    creation = read_creation(actor, idempotency_key, new)
    made = await queries.find_by_creation_key(creation.key)
    if made is None:
        marks = {"creation_key": creation.key, "creation_digest": creation.digest}
        return await _insert(actor, {**columns, **marks}, offers)
    if not creation.repeats(made[0]):
        raise IdempotencyMismatch
    return made[1]


async def review_context(actor: Actor, new: NewContext) -> None:
    """Make sure that `create_context` could make this; nothing changes.

    Raises:
        As `create_context`, apart from what is wrong with the idempotency key.
    """
    columns, _ = await _review(actor, new)
    if await queries.find_by_slug(str(columns["slug"])) is not None:
        raise SlugTaken


async def update_context(
    actor: Actor, context_id: str, changes: ContextChanges, *, is_dry_run: bool = False
) -> Context:
    """Change a context; nothing happens when all is as wanted. Its slug and its client stay.

    Whoever has it give more, or to more people, has to hold all that it gives.

    Args:
        is_dry_run: only tell how it would be.

    Raises:
        Unauthenticated, Forbidden: as `create_context`.
        ContextNotFound.
        InputProblems, or a single problem: as `create_context`.
    """
    before = await _lock(actor, context_id)
    given = changes.given()
    grants = before.grants if changes.grants is UNSET else changes.grants
    columns = rules.clean_context({**_columns(before), **{name: given[name] for name in given if name != _GRANTS}})
    _raise(rules.check_context(columns, grants))
    offers = await _review_grants(actor, grants) if rules.gives_more(given) else []
    after = _build({**_values(before), **columns, "grants": grants})
    if after == before or is_dry_run:
        return after
    after = replace(after, updated_at=clock.now())
    await queries.update_context(context_id, {**_columns(after), "updated_at": after.updated_at})
    if after.grants != before.grants:
        await queries.set_grants(context_id, offers)
    await _tell_change(actor, before, after)
    return after


async def delete_context(actor: Actor, context_id: str) -> None:
    """Delete a context. What it gave stays with those who have it.

    Raises:
        Unauthenticated, Forbidden: as `create_context`.
        ContextNotFound.
    """
    await _delete(actor, await _lock(actor, context_id))


async def delete_contexts_of(actor: Actor, client_id: str) -> None:
    """Delete the contexts of a client that is about to go. No guard: callers delete the client."""
    for context in await queries.lock_of_client(client_id):
        await _delete(actor, context)


async def guard_contexts(actor: Actor, client_id: str | None) -> None:
    """Let an actor see and manage the contexts of a client, or (None) of the platform.

    Raises:
        Unauthenticated, Forbidden: without `manage_access` on the client, or `platform.manage_platform`.
    """
    await guard_scope(actor, client_id or "")


def describe(context: Context) -> dict[str, object]:
    """A context as audit rows show it: JSON values."""
    return {
        **_values(context),
        _GRANTS: [str(each) for each in context.grants],
        "allowed_origins": list(context.allowed_origins),
        "allowed_domains": list(context.allowed_domains),
        "created_at": context.created_at.isoformat(),
        "updated_at": context.updated_at.isoformat(),
    }


async def _review(actor: Actor, new: NewContext) -> tuple[dict[str, object], list[Offer]]:
    await guard_contexts(actor, new.client_id)
    columns = rules.clean_context({name: getattr(new, name) for name in (*_COLUMNS, *_FIXED)})
    _raise(rules.check_context(columns, new.grants))
    if new.client_id is not None and await find_client(new.client_id) is None:
        raise ContextClientUnknown
    return columns, await _review_grants(actor, new.grants)


async def _review_grants(actor: Actor, grants: Sequence[Grant]) -> list[Offer]:
    try:
        type_ids = await review_offers(actor, [each.to(_SOMEBODY) for each in grants], _GRANTS)
    except AppError as error:
        for problem in error.problems if isinstance(error, InputProblems) else (error,):
            names = {**_FIELDS, "entity": "entity_id"} if isinstance(problem, EntityUnknown) else _FIELDS
            problem.field = (*problem.field[:2], *(names.get(name, name) for name in problem.field[2:]))
        raise
    return [(number, each.entity_id, each.relation) for number, each in zip(type_ids, grants, strict=True)]


async def _insert(actor: Actor, columns: Mapping[str, object], offers: Sequence[Offer]) -> Context:
    context_id, now = new_id(CONTEXT_PREFIX), clock.now()
    await queries.insert_context({"id": context_id, **columns, "created_at": now, "updated_at": now})
    await queries.set_grants(context_id, offers)
    context = (await queries.find_contexts([context_id]))[context_id]
    await emit(actor, ContextCreated(target_id=context.id, after=describe(context)))
    return context


async def _lock(actor: Actor, context_id: str) -> Context:
    require_sign_in(actor)
    context = await queries.lock_context(context_id)
    if context is None:
        await guard(actor, MANAGE_ACCESS)
        raise ContextNotFound
    await guard_contexts(actor, context.client_id)
    return context


async def _delete(actor: Actor, context: Context) -> None:
    await queries.delete_context(context.id)
    await emit(actor, ContextDeleted(target_id=context.id, before=describe(context)))


async def _tell_change(actor: Actor, before: Context, after: Context) -> None:
    old, new = describe(before), describe(after)
    changed = [name for name in new if old[name] != new[name] and name != "updated_at"]
    event = ContextUpdated(
        target_id=after.id, before={name: old[name] for name in changed}, after={name: new[name] for name in changed}
    )
    await emit(actor, event)


def _values(context: Context) -> dict[str, object]:
    return {each.name: getattr(context, each.name) for each in fields(context)}


def _columns(context: Context) -> dict[str, object]:
    return {name: getattr(context, name) for name in (*_COLUMNS, *_FIXED)}


def _build(values: Mapping[str, object]) -> Context:
    return Context(**dict[str, Any](values))


def _raise(problems: list[AppError]) -> None:
    if problems:
        raise InputProblems(problems)
