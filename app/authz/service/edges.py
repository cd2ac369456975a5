"""What hangs from users, clients, tuples and models, for many of them in one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.queries import edges as queries
from app.authz.queries.edges import WriteNote
from app.authz.queries.types import read_type_names
from app.authz.service.access import MANAGE_PLATFORM, can_manage_access, find_refused, scope_of, subject_of
from app.authz.service.asking import ask_many
from app.authz.service.checks import LATEST, to_answer
from app.authz.service.models import to_version
from app.authz.service.sources import open_source
from app.authz.types.answers import Answer, PlainQuestion
from app.authz.types.saving import ModelVersion
from app.authz.types.tuples import EntityRef, SubjectRef
from app.authz.types.writes import StoredTuple
from app.kit.actor import Actor
from app.kit.errors import AppError
from app.kit.guard import guard, has_permission
from app.kit.paging import Direction, Page, PageRequest, Sort, make_page

# Who is asked about, the action, the entity.
Asked = tuple[SubjectRef, str, EntityRef]

_TUPLES: Final = Sort("authz:tuples_of", ("id",), ("bigint",), Direction.ASC)
_VERSIONS: Final = Sort("authz:versions_of", ("version",), ("int",), Direction.DESC)


async def guard_tuples_of(actor: Actor, subject: SubjectRef) -> None:
    """Let an actor see all tuples of a subject: its own always, others with `platform.manage_platform`.

    Raises:
        Forbidden, Unauthenticated.
    """
    if subject != subject_of(actor):
        await guard(actor, MANAGE_PLATFORM)


async def may_manage_scope(actor: Actor, scope: str) -> bool:
    """Whether an actor may manage models and tuples of a client, or (empty) of the installation."""
    return await can_manage_access(actor, scope) if scope else await has_permission(actor, MANAGE_PLATFORM)


async def may_view_tuple(actor: Actor, stored: StoredTuple) -> bool:
    """Whether an actor may see a tuple: it speaks of the actor, or the actor manages its scope."""
    key = stored.tuple.key
    return key.subject == subject_of(actor) or await may_manage_scope(actor, key.entity_type.rpartition(":")[0])


async def get_tuples(ids: Sequence[int]) -> dict[int, StoredTuple]:
    """Tuples that stand, by id. No guard: for dataloaders, before `may_view_tuple`."""
    return await queries.find_tuples(ids, await read_type_names())


async def get_writes(revisions: Sequence[int]) -> dict[int, WriteNote]:
    """Who made revisions, in one statement. No guard: for dataloaders behind one."""
    return await queries.find_writes(revisions)


async def list_tuples_of_subjects(
    ids: Sequence[str], subject_type: str, page: PageRequest
) -> dict[str, Page[StoredTuple]]:
    """The same page of tuples for each subject of a type, oldest first. No guard: behind `guard_tuples_of`.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    return await _list(ids, SYSTEM_TYPE_IDS[subject_type], page)


async def count_tuples_of_subjects(ids: Sequence[str], subject_type: str) -> dict[str, int]:
    """How many tuples each subject of a type has. No guard: behind `guard_tuples_of`."""
    return await queries.count_tuples_of(ids, SYSTEM_TYPE_IDS[subject_type])


async def list_tuples_of_scopes(scopes: Sequence[str], page: PageRequest) -> dict[str, Page[StoredTuple]]:
    """The same page of the tuples on each client's types, oldest first. No guard: behind `guard_client_access`.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    return await _list(scopes, 0, page)


async def count_tuples_of_scopes(scopes: Sequence[str]) -> dict[str, int]:
    """How many tuples stand on each client's types. No guard: behind `guard_client_access`."""
    return await queries.count_tuples_of(scopes, 0)


async def list_versions_of(scopes: Sequence[str], page: PageRequest) -> dict[str, Page[ModelVersion]]:
    """The same page of versions for each scope, newest first. No guard: for dataloaders behind one.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    found = await queries.list_versions_of(scopes, _VERSIONS, page)
    return {
        scope: make_page(_VERSIONS, page, [to_version(row) for row in rows], lambda each: (each.version,))
        for scope, rows in found.items()
    }


async def count_versions_of(scopes: Sequence[str]) -> dict[str, int]:
    """How many versions each scope has. No guard: for dataloaders behind one."""
    return await queries.count_versions_of(scopes)


async def get_versions(places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], ModelVersion]:
    """Versions by scope and number. No guard: for dataloaders behind one."""
    return {place: to_version(stored) for place, stored in (await queries.find_versions(places)).items()}


async def check_asked(asked: Sequence[Asked], actor: Actor) -> dict[Asked, Answer | AppError]:
    """Answers to questions without a context, from one snapshot, or why the actor may not ask one of them.

    Raises:
        TooManyQuestions: more than `asking.MAX_BATCH`.
    """
    source = await open_source(LATEST)
    scopes = {each: scope_of(source.compiled.schema, each[2].type) for each in asked}
    refused = await find_refused(actor, source, [(each[0], scope) for each, scope in scopes.items()])
    found: dict[Asked, Answer | AppError] = {}
    for each, scope in scopes.items():
        if scope in refused and each[0] != subject_of(actor):
            found[each] = refused[scope]
    left = [each for each in scopes if each not in found]
    plain: list[PlainQuestion] = [(each[0], each[1], each[2].type, each[2].id, {}) for each in left]
    answers = await ask_many(actor, source, plain)
    return found | {each: to_answer(source, answer) for each, answer in zip(left, answers, strict=True)}


async def _list(keys: Sequence[str], subject_type: int, page: PageRequest) -> dict[str, Page[StoredTuple]]:
    found = await queries.list_tuples_of(keys, subject_type, await read_type_names(), _TUPLES, page)
    return {key: make_page(_TUPLES, page, rows, lambda each: (each.id,)) for key, rows in found.items()}
