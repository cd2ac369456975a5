"""The relations of a schema as a graph: what leads where, and which answers need no second look. Computed once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.authz.engine.schema import CompiledRelation, Schema
from app.authz.engine.strata import Key, dependencies, rests_on
from app.authz.types.model import Arrow, Computed, Direct, Exclusion, Intersection, Rewrite, Union


@dataclass(frozen=True, slots=True)
class Step:
    """A way from one relation to another that rests on it.

    Attributes:
        target: type and relation of what is reached.
        through: the relation whose tuples lead there; None: the same entity.
        is_arrow: the tuples name the entity itself, not the userset.
    """

    target: Key
    through: Key | None = None
    is_arrow: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Steps upward from each relation, and the relations that are plain.

    A plain relation only rests on tuples, other relations, unions and arrows, without conditions: whoever is
    reached by steps has it. Of the others reached ones are candidates.

    Attributes:
        subtractions: how many `but not` lie within each other below a relation; 2 is two or more.
    """

    steps: Mapping[Key, Sequence[Step]]
    below: Mapping[Key, frozenset[Key]]
    plain: frozenset[Key]
    subtractions: Mapping[Key, int]


def build_graph(schema: Schema) -> Graph:
    """The graph of all relations of a schema."""
    steps: dict[Key, list[Step]] = {}
    for relation in _relations(schema):
        for source, step in _steps(schema, relation, relation.rewrite):
            if step not in steps.setdefault(source, []):
                steps[source].append(step)
    keys = [(relation.type_name, relation.name) for relation in _relations(schema)]
    direct = {(r.type_name, r.name): dependencies(schema, r) for r in _relations(schema)}
    links = {(r.type_name, r.name): _tuplesets(r, r.rewrite) for r in _relations(schema)}
    below = {key: _reach(key, direct, links) for key in keys}
    simple = {(r.type_name, r.name) for r in _relations(schema) if _is_simple(r, r.rewrite)}
    plain = frozenset(key for key in keys if all(part in simple for part in below[key] if part in direct))
    return Graph(steps, below, plain, _count_subtractions(schema))


def _relations(schema: Schema) -> Iterator[CompiledRelation]:
    for compiled in schema.types.values():
        yield from compiled.relations.values()


def _steps(schema: Schema, relation: CompiledRelation, rewrite: Rewrite) -> Iterator[tuple[Key, Step]]:
    target = (relation.type_name, relation.name)
    if isinstance(rewrite, Direct):
        for each in rewrite.types:
            if each.relation:
                yield (each.type, each.relation), Step(target, target)
    elif isinstance(rewrite, Computed):
        yield (relation.type_name, rewrite.relation), Step(target)
    elif isinstance(rewrite, Arrow):
        links = schema.relation(relation.type_name, rewrite.tupleset)
        through = (relation.type_name, rewrite.tupleset)
        for each in links.allowed if links else ():
            yield (each.type, rewrite.relation), Step(target, through, is_arrow=True)
    elif isinstance(rewrite, Exclusion):
        yield from _steps(schema, relation, rewrite.base)
    else:
        assert isinstance(rewrite, Union | Intersection)
        for part in rewrite.parts:
            yield from _steps(schema, relation, part)


def _tuplesets(relation: CompiledRelation, rewrite: Rewrite) -> set[Key]:
    if isinstance(rewrite, Arrow):
        return {(relation.type_name, rewrite.tupleset)}
    if isinstance(rewrite, Exclusion):
        return _tuplesets(relation, rewrite.base) | _tuplesets(relation, rewrite.subtracted)
    if isinstance(rewrite, Union | Intersection):
        return {key for part in rewrite.parts for key in _tuplesets(relation, part)}
    return set()


def _count_subtractions(schema: Schema) -> Mapping[Key, int]:
    found = {(relation.type_name, relation.name): 0 for relation in _relations(schema)}
    is_stable = False
    while not is_stable:
        before = dict(found)
        for relation in _relations(schema):
            key = (relation.type_name, relation.name)
            found[key] = max(found[key], _subtractions(schema, relation, relation.rewrite, found))
        is_stable = found == before
    return found


def _subtractions(schema: Schema, relation: CompiledRelation, rewrite: Rewrite, found: Mapping[Key, int]) -> int:
    if isinstance(rewrite, Exclusion):
        subtracted = _subtractions(schema, relation, rewrite.subtracted, found)
        return max(_subtractions(schema, relation, rewrite.base, found), min(subtracted + 1, 2))
    if isinstance(rewrite, Union | Intersection):
        return max(_subtractions(schema, relation, part, found) for part in rewrite.parts)
    return max((found.get(key, 0) for key in rests_on(schema, relation, rewrite)), default=0)


def _reach(key: Key, direct: Mapping[Key, set[Key]], links: Mapping[Key, set[Key]]) -> frozenset[Key]:
    found, waiting = {key}, [key]
    while waiting:
        each = waiting.pop()
        for other in direct.get(each, set()) | links.get(each, set()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return frozenset(found)


def _is_simple(relation: CompiledRelation, rewrite: Rewrite) -> bool:
    if isinstance(rewrite, Direct):
        return all(each.condition is None for each in rewrite.types)
    if isinstance(rewrite, Union):
        return all(_is_simple(relation, part) for part in rewrite.parts)
    return isinstance(rewrite, Computed | Arrow)
