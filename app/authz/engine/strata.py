"""Which relation rests on which, and the order in which they can be settled.

Relations that rest on each other are in one stratum; a stratum only rests on itself and on lower ones.
What is subtracted by `but not` must lie lower, which publishing a model makes sure of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.authz.engine.schema import CompiledRelation, Schema, parts_of
from app.authz.types.model import Arrow, Computed, Direct, Rewrite

Key = tuple[str, str]


def dependencies(schema: Schema, relation: CompiledRelation) -> set[Key]:
    """Type and relation of everything that a relation's answer may rest on."""
    return set(rests_on(schema, relation, relation.rewrite))


def rests_on(schema: Schema, relation: CompiledRelation, rewrite: Rewrite) -> Iterator[Key]:
    """Type and relation of everything that a part of a relation's rewrite may rest on."""
    if isinstance(rewrite, Direct):
        yield from ((each.type, each.relation) for each in rewrite.types if each.relation)
    elif isinstance(rewrite, Computed):
        yield (relation.type_name, rewrite.relation)
    elif isinstance(rewrite, Arrow):
        links = schema.relation(relation.type_name, rewrite.tupleset)
        for each in links.allowed if links else ():
            yield (each.type, rewrite.relation)
    for part in parts_of(rewrite):
        yield from rests_on(schema, relation, part)


def build_strata(schema: Schema) -> Mapping[Key, int]:
    """The stratum of each relation, lowest first (Tarjan's algorithm, without recursion)."""
    graph = {
        (type_name, name): sorted(key for key in dependencies(schema, relation) if schema.relation(*key) is not None)
        for type_name, compiled in schema.types.items()
        for name, relation in compiled.relations.items()
    }
    return find_components(graph)


def find_components(graph: Mapping[Key, list[Key]]) -> Mapping[Key, int]:
    """The number of each key's component, lowest first: keys that lead to each other share one."""
    return _Tarjan(graph).run()


class _Tarjan:
    def __init__(self, graph: Mapping[Key, list[Key]]) -> None:
        self._graph = graph
        self._index: dict[Key, int] = {}
        self._low: dict[Key, int] = {}
        self._stack: list[Key] = []
        self._on_stack: set[Key] = set()
        self._found: dict[Key, int] = {}
        self._count = 0

    def run(self) -> Mapping[Key, int]:
        for key in self._graph:
            if key not in self._index:
                self._visit(key)
        return self._found

    def _visit(self, root: Key) -> None:
        work = [(root, iter(self._graph[root]))]
        self._open(root)
        while work:
            key, rest = work[-1]
            child = next(rest, None)
            if child is None:
                work.pop()
                if work:
                    above = work[-1][0]
                    self._low[above] = min(self._low[above], self._low[key])
                self._close(key)
            elif child not in self._index:
                self._open(child)
                work.append((child, iter(self._graph[child])))
            elif child in self._on_stack:
                self._low[key] = min(self._low[key], self._index[child])

    def _open(self, key: Key) -> None:
        self._index[key] = self._low[key] = len(self._index)
        self._stack.append(key)
        self._on_stack.add(key)

    def _close(self, key: Key) -> None:
        if self._low[key] != self._index[key]:
            return
        while True:
            member = self._stack.pop()
            self._on_stack.discard(member)
            self._found[member] = self._count
            if member == key:
                break
        self._count += 1
