"""Giving one subject what another holds, before the other is gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.authz.engine.schema import Schema
from app.authz.errors import TooManyTuples
from app.authz.queries.filters import list_tuples as read_tuples
from app.authz.queries.head import lock_head, read_head
from app.authz.queries.types import read_type_names
from app.authz.rules import find_model_problem
from app.authz.service.schemas import current_schema
from app.authz.service.strangers import find_absent_entities
from app.authz.service.tuple_lists import SORT
from app.authz.service.tuples import MAX_WRITE, write_tuples
from app.authz.types.tuples import RelationTuple, SubjectRef
from app.authz.types.writes import StoredTuple, TupleFilter, TupleWrite
from app.kit import clock
from app.kit.actor import Actor
from app.kit.paging import MAX_PAGE, PageRequest, make_page

# Tuples of one subject that move at once.
MAX_MOVED: Final = 10_000
_REASON: Final = "two subjects became one"


async def move_tuples(
    actor: Actor, source: SubjectRef, target: SubjectRef, *, is_dry_run: bool
) -> tuple[int, int]:  # fmt: skip
    """Write for one subject the tuples that another has, its usersets included, where it has none of these already.

    Those of the other stay: whoever removes it ends them. What has expired, what no model allows any more, and what is
    about somebody who is gone is left out.

    Returns:
        How many are written, and how many the target had or nobody needs.

    Raises:
        Forbidden, Unauthenticated, RightsExceeded: as `write_tuples`.
        TooManyTuples: more than `MAX_MOVED`.
    """
    schema = await current_schema((await (read_head() if is_dry_run else lock_head())).model_revision)
    had = await _read(source)
    present = {each.key for each in await _read(target)}
    wanted = [each for each in _renamed(had, target, schema, clock.now()) if each.key not in present]
    wanted = await _about_present(wanted)
    for start in range(0, len(wanted), MAX_WRITE):
        part = tuple(wanted[start : start + MAX_WRITE])
        await write_tuples(actor, TupleWrite(touch=part, reason=_REASON, dry_run=is_dry_run))
    return len(wanted), len(had) - len(wanted)


def _renamed(had: list[RelationTuple], target: SubjectRef, schema: Schema, now: datetime) -> Iterator[RelationTuple]:
    for each in had:
        moved = replace(each, key=replace(each.key, subject_id=target.id))
        is_over = each.expires_at is not None and each.expires_at <= now
        if not is_over and find_model_problem(schema, moved, ()) is None:
            yield moved


async def _about_present(wanted: Sequence[RelationTuple]) -> list[RelationTuple]:
    named = [(each.key, (str(number),)) for number, each in enumerate(wanted)]
    absent = {problem.field[0] for problem in await find_absent_entities(named)}
    return [each for number, each in enumerate(wanted) if str(number) not in absent]


async def _read(subject: SubjectRef) -> list[RelationTuple]:
    wanted, names = TupleFilter(subject_type=subject.type, subject_id=subject.id), await read_type_names()
    found: list[RelationTuple] = []
    after, has_more = None, True
    while has_more:
        request = PageRequest(first=MAX_PAGE, after=after)
        page = make_page(SORT, request, await read_tuples(wanted, names, SORT, request), _key_of)
        found += [each.tuple for each in page.items]
        if len(found) > MAX_MOVED:
            raise TooManyTuples(f"{subject} is the subject of more than {MAX_MOVED} tuples. End some of them first.")
        after, has_more = page.cursors[-1] if page.items else None, page.has_next
    return found


def _key_of(each: StoredTuple) -> tuple[object, ...]:
    return (each.id,)
