"""The relations of a schema as a graph: what leads where, and which answers need no second look. Computed once."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.authz.engine.below import Below, turn_around
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
        below: everything that a relation rests on, itself included.
        subtractions: how many `but not` lie within each other below a relation; 2 is two or more.
    """

    steps: Mapping[Key, Sequence[Step]]
    below: Below
    plain: frozenset[Key]
    subtractions: Mapping[Key, int]

    def with_policies(self, keys: Collection[Key]) -> Graph:
        """The graph where tuples of some relations have policies: these, and what rests on them, are not plain."""
        return replace(self, plain=self.plain - self.below.above(keys)) if keys else self


def build_graph(schema: Schema) -> Graph:
    """The graph of all relations of a schema."""
    steps: dict[Key, dict[Step, None]] = {}
    for relation in _relations(schema):
        for source, step in _steps(schema, relation, relation.rewrite):
            steps.setdefault(source, {})[step] = None
    below = Below(
        {
            (each.type_name, each.name): dependencies(schema, each) | _tuplesets(each, each.rewrite)
            for each in _relations(schema)
        }
    )
    relations = {(each.type_name, each.name): each for each in _relations(schema)}
    special = {key for key, each in relations.items() if not _is_simple(each, each.rewrite)}
    plain = relations.keys() - below.above(special)
    found = {source: tuple(found) for source, found in steps.items()}
    return Graph(found, below, frozenset(plain), _count_subtractions(schema))


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
    relations = {(each.type_name, each.name): each for each in _relations(schema)}
    resting = turn_around({key: dependencies(schema, each) for key, each in relations.items()})
    found = dict.fromkeys(relations, 0)
    waiting = deque(relations)
    while waiting:
        key = waiting.popleft()
        count = _subtractions(schema, relations[key], relations[key].rewrite, found)
        if count > found[key]:
            found[key] = count
            waiting += resting.get(key, ())
    return found


def _subtractions(schema: Schema, relation: CompiledRelation, rewrite: Rewrite, found: Mapping[Key, int]) -> int:
    if isinstance(rewrite, Exclusion):
        subtracted = _subtractions(schema, relation, rewrite.subtracted, found)
        return max(_subtractions(schema, relation, rewrite.base, found), min(subtracted + 1, 2))
    if isinstance(rewrite, Union | Intersection):
        return max(_subtractions(schema, relation, part, found) for part in rewrite.parts)
    return max((found.get(key, 0) for key in rests_on(schema, relation, rewrite)), default=0)


def _is_simple(relation: CompiledRelation, rewrite: Rewrite) -> bool:
    if isinstance(rewrite, Direct):
        return all(each.condition is None for each in rewrite.types)
    if isinstance(rewrite, Union):
        return all(_is_simple(relation, part) for part in rewrite.parts)
    return isinstance(rewrite, Computed | Arrow)
