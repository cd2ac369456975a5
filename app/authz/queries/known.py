"""Which users, clients and keys there are, for the tuples that name them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from app.kit import db

# Tables of subjects by their type; rooms on higher floors name theirs.
_tables: Final[dict[str, str]] = {"user": "users_user"}
_ABSENT: Final = """
SELECT '{type}' AS type, g.id FROM unnest(${place}::text[]) AS g (id)
WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.id = g.id)
"""


def add_table(subject_type: str, table: str) -> None:
    """Look for subjects of a type in this table, by its column `id`."""
    _tables[subject_type] = table


async def find_absent(subjects: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those (type, id) that do not exist. One statement; none when there is nothing to look for.

    Raises:
        KeyError: of a type without a table.
    """
    by_type: dict[str, list[str]] = {}
    for subject_type, subject_id in sorted(set(subjects)):
        by_type.setdefault(subject_type, []).append(subject_id)
    if not by_type:
        return set()
    parts = [_ABSENT.format(type=name, table=_tables[name], place=n) for n, name in enumerate(by_type, start=1)]
    return {(row["type"], row["id"]) for row in await db.fetch(" UNION ALL ".join(parts), *by_type.values())}
