"""What one subject holds and another does not: nobody gives away, or takes over, rights beyond their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from app.authz.engine.grants import Grant
from app.authz.engine.policies import leave_open
from app.authz.engine.schema import Schema
from app.authz.queries.lookups import SqlReader
from app.authz.service.access import can_manage_access, scope_of, subject_of
from app.authz.service.rights import find_excess
from app.authz.service.snapshots import NEWEST, open_sql_snapshot
from app.authz.service.sources import AnswerSource, SqlSource, open_source
from app.authz.types.answers import Check, Decision
from app.authz.types.tuples import RelationTuple, SubjectRef, TupleKey
from app.kit.actor import Actor, ActorKind
from app.kit.guard import ALL_PERMISSIONS, has_permission, permissions_of

# Names of what is missing that an error tells.
MAX_NAMED: Final = 5
# What is compared; a subject that holds more can be taken over by super admins only.
_MAX_COMPARED: Final = 5_000
# After every end that a tuple has.
_FAR_FUTURE: Final = datetime(9999, 12, 31, tzinfo=UTC)
_INSTANT: Final = timedelta(microseconds=1)
_MANAGE_PLATFORM: Final = "platform.manage_platform"


async def find_excess_gifts(
    actor: Actor, keys: Sequence[TupleKey], *, until: datetime | None = None
) -> dict[int, list[str]]:
    """Which of these tuples would give their subject what the actor does not hold: by place, what is missing.

    The actor has to hold it now and at the end of the gift, so that what one has for a while is not given for longer.
    The actor has to hold the relation itself, and everything on the entity that follows from it for the subject:
    where a model says `but not`, having the one does not mean having the other. Whoever manages access may give
    the relations of those types anyway. What no model defines is left out: writing the tuple will tell.

    Args:
        until: when the tuples will end, exclusive; None for never.
    """
    source = await open_source(NEWEST)
    schema = source.compiled.schema
    found: dict[int, list[str]] = {}
    if actor.kind is ActorKind.SYSTEM:
        return found
    for number, key in await _to_compare(actor, schema, keys):
        if missing := await _find_missing(actor, source, key):
            found[number] = missing
            continue
        if missing := await _find_missing(actor, await _open_at_end(until), key):
            ending = "for good" if until is None else f"until {until.isoformat()}"
            found[number] = [f"{each} {ending}" for each in missing]
    for error in await find_excess(actor, schema, [(key, (str(n),)) for n, key in enumerate(keys)]):
        found.setdefault(int(error.field[0]), [error.detail or error.code])
    return found


async def find_unheld(actor: Actor, subject: SubjectRef) -> list[str]:
    """Permissions that a subject holds anywhere and the actor neither holds nor may give itself; some of them.

    Left out are the types of clients whose access the actor manages.
    """
    held = await permissions_of(actor)
    if held >= ALL_PERMISSIONS:
        return []
    kind = ActorKind(subject.type)
    if beyond := sorted(await permissions_of(Actor(kind, subject.id)) - held):
        return beyond[:MAX_NAMED]
    source = await open_source(NEWEST)
    types = [each for each in source.compiled.schema.types.values() if each.permissions]
    grants, is_cut = await source.find_grants(subject, types)
    wanted = await _not_managed(actor, source.compiled.schema, grants)
    if is_cut or len(wanted) > _MAX_COMPARED:
        return [_MANAGE_PLATFORM]
    return await _deny(actor, source, wanted)


async def _to_compare(actor: Actor, schema: Schema, keys: Sequence[TupleKey]) -> list[tuple[int, TupleKey]]:
    """The tuples, with their places, whose access the actor does not manage and that a model defines."""
    scopes = {scope_of(schema, key.entity_type) for key in keys}
    managed = {scope for scope in sorted(scopes) if await _manages(actor, scope)}
    return [
        (number, key)
        for number, key in enumerate(keys)
        if schema.relation(key.entity_type, key.relation) is not None
        and scope_of(schema, key.entity_type) not in managed
    ]


async def _open_at_end(until: datetime | None) -> AnswerSource:
    """The newest tuples, as they will hold just before an end."""
    snapshot = await open_sql_snapshot(NEWEST)
    moment = _FAR_FUTURE if until is None else until - _INSTANT
    return SqlSource(replace(snapshot, reader=SqlReader(snapshot.compiled.schema, snapshot.revision.number, moment)))


async def _find_missing(actor: Actor, source: AnswerSource, key: TupleKey) -> list[str]:
    own = subject_of(actor)
    names = list(_names_of(source.compiled.schema, key))
    if own is None:
        return names[:MAX_NAMED]
    given = (RelationTuple(key),)
    # What a policy decides when it is asked for is gained, and not held.
    gains = [Check(key.subject, name, key.entity, contextual=given) for name in names]
    gained = await source.check(gains, judge=leave_open)
    held = await source.check([Check(own, name, key.entity) for name in names], judge=leave_open)
    return [
        f"{name} on {key.entity}"
        for name, after, mine in zip(names, gained, held, strict=True)
        if (after.decision is not Decision.DENIED or name == key.relation) and mine.decision is not Decision.ALLOWED
    ][:MAX_NAMED]


def _names_of(schema: Schema, key: TupleKey) -> Iterator[str]:
    compiled = schema.types[key.entity_type]
    yield key.relation
    yield from (name for name in compiled.relations if name != key.relation)
    yield from (name for name in compiled.permissions if name not in compiled.relations)


async def _not_managed(actor: Actor, schema: Schema, grants: Sequence[Grant]) -> list[Grant]:
    scopes = {schema.types[each.type].scope for each in grants}
    managed = {scope for scope in sorted(scopes) if await _manages(actor, scope)}
    return [each for each in grants if schema.types[each.type].scope not in managed]


async def _manages(actor: Actor, scope: str) -> bool:
    return await can_manage_access(actor, scope) if scope else await has_permission(actor, _MANAGE_PLATFORM)


async def _deny(actor: Actor, source: AnswerSource, wanted: Sequence[Grant]) -> list[str]:
    own = subject_of(actor)
    if own is None:
        return [f"{each.action} on {each.entity}" for each in wanted[:MAX_NAMED]]
    answers = await source.check([Check(own, each.action, each.entity) for each in wanted], judge=leave_open)
    return [
        f"{each.action} on {each.entity}"
        for each, answer in zip(wanted, answers, strict=True)
        if answer.decision is not Decision.ALLOWED
    ][:MAX_NAMED]
