"""Relations that are promised to people yet unknown: may somebody promise them, and do models still allow them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from app.authz.engine.schema import Schema
from app.authz.errors import TupleExists
from app.authz.queries.head import lock_head
from app.authz.queries.rows import to_row
from app.authz.queries.tuples import find_standing
from app.authz.rules import check_shape, find_model_problem
from app.authz.service.rights import find_excess, guard_tuples
from app.authz.service.schemas import current_schema
from app.authz.service.strangers import find_absent_entities
from app.authz.service.tuples import raise_problems, write_tuples
from app.authz.types.tuples import RelationTuple, TupleKey
from app.authz.types.writes import Offer, TupleWrite
from app.kit import clock
from app.kit.actor import Actor
from app.kit.errors import AppError

_SOMEBODY = "somebody"


async def review_offers(actor: Actor, tuples: Sequence[RelationTuple], *path: str) -> list[int]:
    """Make sure that an actor could write these tuples now; the numbers of their entities' types.

    Models stay as they are until our unit of work ends.

    Args:
        path: of the list in the input.

    Raises:
        Forbidden, Unauthenticated: as `write_tuples`.
        InputProblems, or a single problem itself: TupleInvalid, TupleTypeUnknown, RelationUnknown,
            PermissionNotWritten, SubjectNotAllowed, ConditionUnknown, EntityUnknown, RightsExceeded.
    """
    await guard_tuples(actor, {each.key.entity_type for each in tuples})
    schema = await current_schema((await lock_head()).model_revision)
    named = [(each, (*path, str(number))) for number, each in enumerate(tuples)]
    raise_problems([problem for each, place in named for problem in _find_problems(schema, each, place)])
    keys = [(each.key, place) for each, place in named]
    raise_problems(await find_absent_entities(keys))
    raise_problems(await find_excess(actor, schema, keys))
    return [schema.types[each.key.entity_type].id for each in tuples]


async def write_fitting(actor: Actor, tuples: Sequence[RelationTuple], reason: str) -> dict[int, AppError]:
    """Write those of the tuples that the models in force allow, about what exists; by place, why others were left out.

    One that stands with other limits keeps them, and is left out as `TupleExists`; one that has expired does not stand.

    Raises:
        Forbidden, Unauthenticated, RightsExceeded, TooManyTuples: as `write_tuples`.
    """
    schema = await current_schema((await lock_head()).model_revision)
    misfits = {
        number: problems[0] for number, each in enumerate(tuples) if (problems := _find_problems(schema, each, ()))
    }
    misfits |= await _find_absent(tuples, misfits)
    possible = {number: each for number, each in enumerate(tuples) if number not in misfits}
    misfits |= await _find_held(schema, possible)
    if fitting := tuple(each for number, each in enumerate(tuples) if number not in misfits):
        await write_tuples(actor, TupleWrite(touch=fitting, reason=reason))
    return misfits


def is_lost(before: Schema, after: Schema, offer: Offer) -> bool:
    """Whether users could be given this under the former models, and could not under the new ones."""
    return _is_possible(before, offer) and not _is_possible(after, offer)


def describe_offer(schema: Schema, offer: Offer) -> str:
    """What is offered, by name."""
    number, entity_id, relation = offer
    return f"{schema.by_id[number].full_name}:{entity_id}#{relation}"


def _is_possible(schema: Schema, offer: Offer) -> bool:
    number, entity_id, relation = offer
    found = schema.by_id.get(number)
    if found is None:
        return False
    key = TupleKey(found.full_name, entity_id, relation, "user", _SOMEBODY)
    return find_model_problem(schema, RelationTuple(key), ()) is None


def _find_problems(schema: Schema, each: RelationTuple, path: tuple[str, ...]) -> list[AppError]:
    problems = list(check_shape(each.key, path))
    if not problems and (problem := find_model_problem(schema, each, path)) is not None:
        problems.append(problem)
    return problems


async def _find_absent(tuples: Sequence[RelationTuple], misfits: Container[int]) -> dict[int, AppError]:
    keys = [(each.key, (str(number),)) for number, each in enumerate(tuples) if number not in misfits]
    return {int(problem.field[0]): problem for problem in await find_absent_entities(keys)}


async def _find_held(schema: Schema, tuples: Mapping[int, RelationTuple]) -> dict[int, AppError]:
    ids = {name: each.id for name, each in schema.types.items()}
    rows = {number: to_row(each, ids) for number, each in tuples.items()}
    standing = await find_standing([row[:6] for row in rows.values()])
    now = clock.now()
    held: dict[int, AppError] = {}
    for number, row in rows.items():
        found = standing.get(row[:6])
        if found is not None and not found.is_over(now) and found.limits != row[6:]:
            held[number] = TupleExists(str(tuples[number].key))
    return held
