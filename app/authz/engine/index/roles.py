"""Which relations to every entity of some types a subject has, by itself and through nested groups."""

from __future__ import annotations

from collections.abc import Collection

from app.authz.engine.index.containers import each_of
from app.authz.engine.index.index import Index
from app.authz.engine.index.tables import Table
from app.authz.engine.system import SYSTEM_TYPE_IDS

_GROUP, _MEMBER = SYSTEM_TYPE_IDS["group"], "member"


def find_roles(index: Index, subject_type: int, subject_id: str, types: Collection[int]) -> list[tuple[int, str]]:
    """Types, each with a relation to all of its entities that the subject has now, without a condition.

    Being a member of every group (`group:*`) counts for nothing: nobody means to give away what each of them has.

    Args:
        types: ids of the types that are looked at.
    """
    index.catch_up()
    numbers, tables = index.store.numbers, index.store.tables
    own = numbers.find(subject_type, subject_id)
    if own is None:
        return []
    nodes = _with_groups(own, tables.get((_GROUP, _MEMBER)), numbers.offset(_MEMBER))
    found: list[tuple[int, str]] = []
    for place, table in tables.items():
        if place[0] in types and (held := table.grants.get(table.kind.star)) is not None:
            found += [place] if not nodes.isdisjoint(each_of(held)) else []
    return found


def _with_groups(own: int, members: Table | None, offset: int) -> set[int]:
    nodes, waiting = {own}, [own]
    while members is not None and waiting:
        for group in each_of(members.held.get(waiting.pop())):
            node = group | offset
            if group != members.kind.star and node not in nodes:
                nodes.add(node)
                waiting.append(node)
    return nodes
