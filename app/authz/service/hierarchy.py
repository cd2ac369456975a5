"""Hierarchies have no circles: tuples that would close one are found before they are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from app.authz.engine.schema import Schema
from app.authz.errors import HierarchyCycle, HierarchyTooLarge
from app.authz.queries.hierarchies import NodeRow, find_edges
from app.authz.types.tuples import EVERY, TupleKey
from app.kit.errors import AppError

# Stored tuples that are read to look for circles.
MAX_EDGES: Final = 100_000
# Nodes of a circle that a message names.
_MAX_NAMED: Final = 10

Path = tuple[str, ...]
# A place in a hierarchy: type, id, and the relation by which one goes on.
Node = tuple[str, str, str]
Kind = tuple[str, str, str, str]


async def find_circles(
    schema: Schema, added: Sequence[tuple[TupleKey, Path]], ended: Collection[int]
) -> list[AppError]:
    """The circles that tuples would close, each told at the first tuple of it.

    Args:
        added: tuples that do not stand yet, each with the path of its input.
        ended: ids of rows that end by the same write.

    Raises:
        HierarchyTooLarge: too much lies behind them to be looked through.
    """
    new = [(key, path) for key, path in added if _is_edge(schema, key)]
    if not new:
        return []
    graph = _Graph()
    for key, path in new:
        graph.add(_source(key), _target(key), (key, path))
    await _add_stored(schema, graph, [_target(key) for key, _ in new], ended)
    return [_to_problem(circle, *cause) for circle, cause in graph.find_circles([_source(key) for key, _ in new])]


@dataclass
class _Graph:
    edges: dict[Node, list[Node]] = field(default_factory=dict)
    causes: dict[tuple[Node, Node], tuple[TupleKey, Path]] = field(default_factory=dict)

    def add(self, source: Node, target: Node, cause: tuple[TupleKey, Path] | None = None) -> None:
        self.edges.setdefault(source, []).append(target)
        if cause is not None:
            self.causes.setdefault((source, target), cause)

    def after(self, node: Node) -> list[Node]:
        """What comes next; what is said of every entity of a type is said of each."""
        return [*self.edges.get(node, ()), *(self.edges.get(_every(node), ()) if node[1] != EVERY else ())]

    def from_cause(self, circle: Sequence[Node]) -> tuple[list[Node], tuple[TupleKey, Path]] | None:
        """A circle as seen from its first new tuple, and that; None when all of it stood before."""
        ring = circle[:-1]
        for number, (source, target) in enumerate(pairwise(circle)):
            found = self.causes.get((source, target)) or self.causes.get((_every(source), target))
            if found:
                return [*ring[number:], *ring[:number], source], found
        return None

    def find_circles(self, starts: Sequence[Node]) -> list[tuple[list[Node], tuple[TupleKey, Path]]]:
        """Circles with a new tuple, each with the first of these; one for each edge that closes one."""
        found: list[list[Node]] = []
        done: set[Node] = set()
        for start in starts:
            # From `*` one gets to everything that is said of each: begin at those that are named as subjects.
            if start not in done:
                self._walk(start, done, found)
        for node in [target for targets in list(self.edges.values()) for target in targets]:
            if node not in done:
                self._walk(node, done, found)
        return [told for circle in found if (told := self.from_cause(circle))]

    def _walk(self, start: Node, done: set[Node], found: list[list[Node]]) -> None:
        path, on_path = [start], {start: 0}
        stack: list[Iterator[Node]] = [iter(self.after(start))]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                node = path.pop()
                del on_path[node]
                done.add(node)
            elif following in on_path:
                found.append([*path[on_path[following] :], following])
            elif following not in done:
                path.append(following)
                on_path[following] = len(path) - 1
                stack.append(iter(self.after(following)))


async def _add_stored(schema: Schema, graph: _Graph, nodes: Sequence[Node], ended: Collection[int]) -> None:
    kinds = _find_kinds(schema, {(node[0], node[2]) for node in nodes})
    if not kinds:
        return
    ids = {name: each.id for name, each in schema.types.items()}
    rows = [(ids[entity], relation, ids[subject], of) for entity, relation, subject, of in kinds]
    starts = list(dict.fromkeys((ids[name], entity_id, relation) for name, entity_id, relation in nodes))
    edges = await find_edges(starts, rows, limit=MAX_EDGES + 1)
    if len(edges) > MAX_EDGES:
        raise HierarchyTooLarge(MAX_EDGES)
    gone = set(ended)
    for edge in edges:
        if edge.id not in gone:
            graph.add(_named(schema, edge.source), _named(schema, edge.target))


def _find_kinds(schema: Schema, places: set[tuple[str, str]]) -> list[Kind]:
    """Which tuples lead on from types and their relations within hierarchies."""
    found: dict[Kind, None] = {}
    waiting, seen = sorted(places), set(places)
    while waiting:
        type_name, name = waiting.pop()
        relation = schema.relation(type_name, name)
        for allowed in relation.allowed if relation and relation.is_hierarchy else ():
            following = (allowed.type, allowed.relation or name)
            if allowed.is_wildcard or not _is_hierarchy(schema, *following):
                continue
            found[type_name, name, allowed.type, allowed.relation] = None
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return list(found)


def _is_edge(schema: Schema, key: TupleKey) -> bool:
    target = _target(key)
    return (
        key.subject_id != EVERY
        and _is_hierarchy(schema, key.entity_type, key.relation)
        and _is_hierarchy(schema, target[0], target[2])
    )


def _is_hierarchy(schema: Schema, type_name: str, relation: str) -> bool:
    found = schema.relation(type_name, relation)
    return found is not None and found.is_hierarchy


def _source(key: TupleKey) -> Node:
    return (key.entity_type, key.entity_id, key.relation)


def _target(key: TupleKey) -> Node:
    return (key.subject_type, key.subject_id, key.subject_relation or key.relation)


def _every(node: Node) -> Node:
    return (node[0], EVERY, node[2])


def _named(schema: Schema, row: NodeRow) -> Node:
    return (schema.by_id[row[0]].full_name, row[1], row[2])


def _to_problem(circle: Sequence[Node], key: TupleKey, path: Path) -> AppError:
    is_userset = bool(key.subject_relation)
    names = [f"{name}:{entity_id}" + (f"#{relation}" if is_userset else "") for name, entity_id, relation in circle]
    if len(names) > _MAX_NAMED:
        names = [*names[: _MAX_NAMED - 2], "…", names[-1]]
    return HierarchyCycle(" → ".join(names), *path, "subject")
