"""SQL of versions and samples: one statement for many policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.kit import db
from app.kit.paging import COUNT_BOUND, PageRequest, Sort, keyset
from app.policies.rules.drafts import write_context
from app.policies.types import PolicyVersion, Sample

_COLUMNS: Final = "id, policy_id, version, source, note, author_kind, author_id, created_at"
_BY_IDS: Final = f"SELECT {_COLUMNS} FROM policies_version WHERE id = ANY($1)"
_BY_PLACES: Final = f"""
SELECT {_COLUMNS} FROM policies_version
WHERE (policy_id, version) IN (SELECT * FROM unnest($1::text[], $2::int[]))
"""
_LIST: Final = f"""
SELECT found.* FROM unnest($1::text[]) AS wanted (key) CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM policies_version
    WHERE policy_id = wanted.key AND {{where}} ORDER BY {{order}} LIMIT {{limit}}
) found ORDER BY {{order}}
"""
_COUNT: Final = f"""
SELECT wanted.key, (
    SELECT count(*) FROM (SELECT FROM policies_version WHERE policy_id = wanted.key LIMIT {COUNT_BOUND + 1}) m
) AS versions FROM unnest($1::text[]) AS wanted (key)
"""
_SAMPLES: Final = """
SELECT version_id, name, context, is_allowed FROM policies_sample WHERE version_id = ANY($1)
ORDER BY version_id, place
"""
_INSERT_SAMPLES: Final = """
INSERT INTO policies_sample (version_id, place, name, context, is_allowed)
SELECT $1, s.place, s.name, s.context, s.is_allowed
FROM unnest($2::text[], $3::text[], $4::boolean[]) WITH ORDINALITY AS s (name, context, is_allowed, place)
"""


async def find_versions(ids: Sequence[str]) -> dict[str, PolicyVersion]:
    """Those that exist, by id."""
    return {row["id"]: _to_version(row) for row in await db.fetch(_BY_IDS, list(ids))}


async def find_at(places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], PolicyVersion]:
    """Versions by policy and number."""
    ids, numbers = [policy_id for policy_id, _ in places], [number for _, number in places]
    found = [_to_version(row) for row in await db.fetch(_BY_PLACES, ids, numbers)]
    return {(each.policy_id, each.version): each for each in found}


async def list_versions(policy_ids: Sequence[str], sort: Sort, page: PageRequest) -> dict[str, list[PolicyVersion]]:
    """One page of versions, and one more, for each policy."""
    part = keyset(sort, page, first_parameter=2)
    sql = _LIST.format(where=part.where, order=part.order, limit=part.limit)
    found: dict[str, list[PolicyVersion]] = {policy_id: [] for policy_id in policy_ids}
    for row in await db.fetch(sql, list(policy_ids), *part.args):
        found[row["policy_id"]].append(_to_version(row))
    return found


async def count_versions(policy_ids: Sequence[str]) -> dict[str, int]:
    """How many versions each policy has."""
    return {row["key"]: row["versions"] for row in await db.fetch(_COUNT, list(policy_ids))}


async def list_samples(version_ids: Sequence[str]) -> dict[str, tuple[Sample, ...]]:
    """The samples of versions, in their order."""
    found: dict[str, list[Sample]] = {version_id: [] for version_id in version_ids}
    for row in await db.fetch(_SAMPLES, list(version_ids)):
        sample = Sample(row["name"], db.load_json(row["context"]), row["is_allowed"])
        found[row["version_id"]].append(sample)
    return {version_id: tuple(samples) for version_id, samples in found.items()}


async def insert_samples(version_id: str, samples: Sequence[Sample]) -> None:
    """The samples of a new version."""
    await db.execute(
        _INSERT_SAMPLES,
        version_id,
        [each.name for each in samples],
        [write_context(each).decode() for each in samples],
        [each.is_allowed for each in samples],
    )


def _to_version(row: db.Row) -> PolicyVersion:
    return PolicyVersion(**dict(row))
