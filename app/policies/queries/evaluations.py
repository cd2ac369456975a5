"""SQL of evaluations: written in batches, read by policy, swept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.kit import db
from app.kit.ids import new_id
from app.kit.paging import COUNT_BOUND, PageRequest, Sort, keyset
from app.policies.types import EVALUATION_PREFIX, Evaluation, EvaluationFilter, StoredEvaluation, Verdict

# Columns in the order of the parameters of `_INSERT`, with what PostgreSQL takes each for.
_TYPES: Final = {
    "id": "text", "policy_id": "text", "version": "int", "verdict": "text", "problem": "text", "entity_type": "text",
    "entity_id": "text", "action": "text", "subject_type": "text", "subject_id": "text", "context": "text",
    "duration_us": "int", "evaluated_at": "timestamptz",
}  # fmt: skip
_NAMES: Final = ", ".join(_TYPES)
_ARRAYS: Final = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_TYPES.values(), start=1))
# Whatever was deleted since it was asked about is left out: a policy that goes waits for us or is gone, a person who
# was erased is not written down again.
_INSERT: Final = f"""
WITH given AS (SELECT * FROM unnest({_ARRAYS}) AS g ({_NAMES})),
present AS (SELECT id FROM policies_policy WHERE id IN (SELECT policy_id FROM given) FOR KEY SHARE)
INSERT INTO policies_evaluation ({_NAMES})
SELECT {", ".join(f"g.{name}" for name in _TYPES)} FROM given g JOIN present p ON p.id = g.policy_id
WHERE NOT (g.subject_type = 'user' AND EXISTS (SELECT FROM users_tombstone t WHERE t.id = g.subject_id))
"""
_BY_IDS: Final = f"SELECT {_NAMES} FROM policies_evaluation WHERE id = ANY($1)"
_LIST: Final = f"""
SELECT found.* FROM unnest($1::text[]) AS wanted (key) CROSS JOIN LATERAL (
    SELECT {_NAMES} FROM policies_evaluation
    WHERE policy_id = wanted.key AND {{which}} AND {{where}} ORDER BY {{order}} LIMIT {{limit}}
) found ORDER BY {{order}}
"""
_COUNT: Final = f"""
SELECT wanted.key, (SELECT count(*) FROM (
    SELECT FROM policies_evaluation WHERE policy_id = wanted.key AND {{which}} LIMIT {COUNT_BOUND + 1}
) m) AS evaluations FROM unnest($1::text[]) AS wanted (key)
"""
_SWEEP: Final = """
DELETE FROM policies_evaluation WHERE id IN (
    SELECT id FROM policies_evaluation WHERE evaluated_at < $1 ORDER BY evaluated_at LIMIT $2
)
"""
_SWEEP_SURPLUS: Final = """
DELETE FROM policies_evaluation WHERE id IN (
    SELECT surplus.id FROM policies_policy p CROSS JOIN LATERAL (
        SELECT e.id FROM policies_evaluation e WHERE e.policy_id = p.id
        ORDER BY e.evaluated_at DESC, e.id DESC OFFSET $1 LIMIT $2
    ) surplus LIMIT $2
)
"""
_ERASE: Final = "DELETE FROM policies_evaluation WHERE subject_type = 'user' AND subject_id = $1"


async def insert_evaluations(evaluations: Sequence[Evaluation]) -> int:
    """Write evaluations in one statement; how many. Those of what is gone by now are left out."""
    rows = [
        (
            new_id(EVALUATION_PREFIX), each.policy_id, each.version, each.verdict.value, each.problem,
            each.entity_type, each.entity_id, each.action, each.subject_type, each.subject_id,
            db.dump_json(each.context), each.duration_us, each.evaluated_at,
        )
        for each in evaluations
    ]  # fmt: skip
    return await db.execute(_INSERT, *(list(column) for column in zip(*rows, strict=True)))


async def find_evaluations(ids: Sequence[str]) -> dict[str, StoredEvaluation]:
    """Those that exist, by id."""
    return {row["id"]: _to_evaluation(row) for row in await db.fetch(_BY_IDS, list(ids))}


async def list_evaluations(
    policy_ids: Sequence[str], wanted: EvaluationFilter, sort: Sort, page: PageRequest
) -> dict[str, list[StoredEvaluation]]:
    """One page of evaluations, and one more, for each policy."""
    which, args = _condition(wanted)
    part = keyset(sort, page, first_parameter=len(args) + 2)
    sql = _LIST.format(which=which, where=part.where, order=part.order, limit=part.limit)
    found: dict[str, list[StoredEvaluation]] = {policy_id: [] for policy_id in policy_ids}
    for row in await db.fetch(sql, list(policy_ids), *args, *part.args):
        found[row["policy_id"]].append(_to_evaluation(row))
    return found


async def count_evaluations(policy_ids: Sequence[str], wanted: EvaluationFilter) -> dict[str, int]:
    """How many evaluations of each policy match; counting stops one past the bound."""
    which, args = _condition(wanted)
    rows = await db.fetch(_COUNT.format(which=which), list(policy_ids), *args)
    return {row["key"]: row["evaluations"] for row in rows}


async def sweep_evaluations(before: datetime, limit: int) -> int:
    """Delete the oldest of those from before a moment; how many."""
    return await db.execute(_SWEEP, before, limit)


async def sweep_surplus(kept: int, limit: int) -> int:
    """Delete what policies have besides their newest so many; how many."""
    return await db.execute(_SWEEP_SURPLUS, kept, limit)


async def erase_evaluations(user_id: str) -> int:
    """Delete those about a user; how many."""
    return await db.execute(_ERASE, user_id)


def _condition(wanted: EvaluationFilter) -> tuple[str, list[object]]:
    # The values that are given and no others, so that each is looked up by its index.
    given = (
        ("verdict =", wanted.verdict.value if wanted.verdict is not None else None),
        ("action =", wanted.action),
        ("entity_type =", wanted.entity_type),
        ("evaluated_at >=", wanted.since),
    )
    parts = [(comparison, value) for comparison, value in given if value is not None]
    conditions = [f"{comparison} ${number}" for number, (comparison, _) in enumerate(parts, start=2)]
    return " AND ".join(["TRUE", *conditions]), [value for _, value in parts]


def _to_evaluation(row: db.Row) -> StoredEvaluation:
    values = dict(row)
    return StoredEvaluation(
        **{**values, "verdict": Verdict(values["verdict"]), "context": db.load_json(values["context"])}
    )
