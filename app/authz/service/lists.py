"""What a subject can reach, who can reach an entity, and what a relation is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from app.authz.engine.listing import (
    Bounds,
    FoundObject,
    FoundObjects,
    FoundSubject,
    ObjectQuery,
    SubjectPage,
    SubjectQuery,
)
from app.authz.engine.lookups import Node
from app.authz.engine.policies import leave_open
from app.authz.engine.resolve import find_problem, is_text
from app.authz.engine.userset_tree import UsersetTree
from app.authz.engine.userset_tree import expand as expand_tree
from app.authz.errors import ActionUnknown, IdentifierInvalid
from app.authz.service.access import guard_asking, guard_question, scope_of
from app.authz.service.asking import ask_many
from app.authz.service.bypasses import note_bypasses
from app.authz.service.checks import to_answer
from app.authz.service.policies import judgement_of
from app.authz.service.sources import EVERYTHING, AnswerSource
from app.authz.types.answers import Answer, Check, Context, PlainQuestion
from app.authz.types.tuples import EVERY, EntityRef, SubjectRef
from app.kit.actor import Actor
from app.kit.paging import Direction, Page, PageRequest, Sort, decode_cursor, encode_cursor, make_page

Item = TypeVar("Item")

_OBJECTS = Sort("authz:objects", ("id",), ("text",), Direction.ASC)
_SUBJECTS = Sort("authz:subjects", ("id",), ("text",), Direction.ASC)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """A page of a list, how long the whole list is, and the consistency token of what it rests on."""

    page: Page[Item]
    total: int
    checked_at: str


@dataclass(frozen=True, slots=True)
class FoundIds:
    """A page of entities: their ids, which of these are not decided, how long the list is, and where to go on."""

    ids: Sequence[str]
    undecided: AbstractSet[str]
    total: int
    next: str | None


# Those who call, and the groups that they are in: type and relation.
_EVERYBODY: Final = {
    "users": ("user", ""),
    "groups": ("group", "member"),
    "api_keys": ("apikey", ""),
    "clients": ("client", ""),
}


@dataclass(frozen=True, slots=True)
class Everybody:
    """The first page of each kind of subjects: `users`, `groups`, `api_keys`, `clients`."""

    kinds: Mapping[str, Listed[FoundSubject]]
    checked_at: str


async def find_objects(
    actor: Actor, source: AnswerSource, query: ObjectQuery, page: PageRequest
) -> Listed[FoundObject]:
    """The entities that a subject can do something to, by id; `*` first when that is every entity.

    Whoever passes the models by (a super admin, a holder of full access) has `*` and nothing else.

    Args:
        source: by `open_source`, as for all lists: the state of tuples and models that they rest on.

    Raises:
        Forbidden, Unauthenticated: about another subject, or with contextual tuples, without `manage_access`.
        TypeUnknown, ActionUnknown, ContextualForbidden: the question means nothing.
        WorkExceeded: too many to be found.
        InvalidInput, LimitReached: of the page.
    """
    if not page.is_backward:
        rows, total = await _list_objects(actor, source, query, page)
        return Listed(make_page(_OBJECTS, page, rows, lambda each: (each.id,)), total, source.token)
    found, _ = await _list_objects(actor, source, query, None)
    return _cut(found, found.ids, _OBJECTS, page, source.token)


async def find_ids(actor: Actor, source: AnswerSource, query: ObjectQuery, page: PageRequest) -> FoundIds:
    """A page of the same entities without an object for each: for lists that are asked for thousands of times a second.

    Args:
        page: forward.

    Raises:
        As `find_objects`.
    """
    found, total = await _list_objects(actor, source, query, page)
    ids = found.ids[: page.size]
    after = encode_cursor(_OBJECTS, (ids[-1],)) if len(found.ids) > page.size else None
    return FoundIds(ids, found.undecided, total, after)


async def _list_objects(
    actor: Actor, source: AnswerSource, query: ObjectQuery, page: PageRequest | None
) -> tuple[FoundObjects, int]:
    """One more than the page holds, or everything; and how many there are in all."""
    scope = scope_of(source.compiled.schema, query.type)
    await guard_question(actor, source, query.subject, scope, is_supposing=bool(query.contextual))
    _require_sense(
        source, Check(query.subject, query.action, EntityRef(query.type, EVERY), query.context, query.contextual)
    )
    limit = EVERYTHING if page is None else page.size + 1
    after = None if page is None or page.after is None else decode_cursor(_OBJECTS, page.after)[0]
    if await _passes_by(source, query):
        return FoundObjects((EVERY,) if after is None or after < EVERY else ()), 1
    return await source.list_objects(query, judge=judgement_of(actor), after=after, limit=limit)


async def find_subjects(
    actor: Actor, source: AnswerSource, query: SubjectQuery, page: PageRequest
) -> Listed[FoundSubject]:
    """The subjects of a kind that can do something to an entity, by id, with the tuples that lead to each.

    Raises:
        Forbidden, Unauthenticated: without `manage_access`.
        TypeUnknown, ActionUnknown, ContextualForbidden: the question means nothing.
        WorkExceeded: too many to be found.
        InvalidInput, LimitReached: of the page.
    """
    await guard_asking(actor, source, scope_of(source.compiled.schema, query.entity.type))
    subject = SubjectRef(query.type, "-", query.relation)
    _require_sense(source, Check(subject, query.action, query.entity, query.context, query.contextual))
    (found,) = await source.list_subjects([query], bounds=_bounds_of(page), judge=judgement_of(actor))
    return _listed(found, page, source.token)


async def find_everybody(actor: Actor, source: AnswerSource, query: SubjectQuery, page: PageRequest) -> Everybody:
    """The users, groups, API keys and clients that can do something to an entity, from one state of the tuples.

    Args:
        query: its kind of subjects does not count.
        page: how many of each.

    Raises:
        As `find_subjects`.
    """
    await guard_asking(actor, source, scope_of(source.compiled.schema, query.entity.type))
    _require_sense(source, Check(SubjectRef("user", "-"), query.action, query.entity, query.context, query.contextual))
    queries = [replace(query, type=kind, relation=relation) for kind, relation in _EVERYBODY.values()]
    lists = await source.list_subjects(queries, bounds=_bounds_of(page), judge=judgement_of(actor))
    kinds = {name: _listed(found, page, source.token) for name, found in zip(_EVERYBODY, lists, strict=True)}
    return Everybody(kinds, source.token)


async def expand(actor: Actor, source: AnswerSource, node: Node) -> UsersetTree:
    """The userset tree of a relation.

    Raises:
        Forbidden, Unauthenticated: without `manage_access`.
        TypeUnknown, ActionUnknown, IdentifierInvalid: there is no such relation, no such entity.
    """
    schema = source.compiled.schema
    await guard_asking(actor, source, scope_of(schema, node.type))
    if schema.relation(node.type, node.relation) is None:
        raise ActionUnknown(node.type, node.relation, "relation")
    if not is_text(node.id):
        raise IdentifierInvalid("entity", "id")
    return await expand_tree(schema, source.reader, node)


async def check_actions(
    actor: Actor, source: AnswerSource, subject: SubjectRef, entity: EntityRef, *, context: Context
) -> dict[str, Answer]:
    """The answer for every permission of an entity's type, in one go.

    Raises:
        Forbidden, Unauthenticated: about another subject, without `manage_access`.
    """
    schema = source.compiled.schema
    compiled = schema.types.get(entity.type)
    actions = sorted(compiled.permissions) if compiled else []
    if not actions:
        await guard_question(actor, source, subject, scope_of(schema, entity.type))
    answers = await ask_many(actor, source, [(subject, action, entity.type, entity.id, context) for action in actions])
    return {action: to_answer(source, answer) for action, answer in zip(actions, answers, strict=True)}


async def _passes_by(source: AnswerSource, query: ObjectQuery) -> bool:
    if source.compiled.schema.permission(query.type, query.action) is None:
        return False
    asked: list[PlainQuestion] = [(query.subject, query.action, query.type, EVERY, {})]
    answers = await source.ask(asked, judge=leave_open)
    note_bypasses(asked, answers)
    return answers[0].bypass is not None


def _require_sense(source: AnswerSource, question: Check) -> None:
    problem = find_problem(source.compiled.schema, question)
    if problem is not None:
        raise problem


def _bounds_of(page: PageRequest) -> Bounds:
    """One more than the page of subjects holds."""
    cursor = page.before if page.is_backward else page.after
    place = decode_cursor(_SUBJECTS, cursor)[0] if cursor is not None else None
    return Bounds(page.size + 1, place, page.is_backward)


def _listed(found: SubjectPage, page: PageRequest, token: str) -> Listed[FoundSubject]:
    rows, total = found
    return Listed(make_page(_SUBJECTS, page, rows, lambda each: (each.subject.id,)), total, token)


def _cut(found: Sequence[Item], ids: Sequence[str], sort: Sort, page: PageRequest, token: str) -> Listed[Item]:
    """One page of what was found, which is in the order of its ids."""
    cursor = page.before if page.is_backward else page.after
    place = decode_cursor(sort, cursor)[0] if cursor is not None else None
    pairs = list(zip(ids, found, strict=True))
    if page.is_backward:
        rows = [pair for pair in reversed(pairs) if place is None or pair[0] < place][: page.size + 1]
    else:
        rows = [pair for pair in pairs if place is None or pair[0] > place][: page.size + 1]
    cut = make_page(sort, page, rows, lambda pair: (pair[0],))
    items = tuple(item for _, item in cut.items)
    return Listed(Page(items, cut.cursors, cut.has_next, cut.has_previous), len(found), token)
