"""What is made of a schema once, and the plan of each action: its program, its bypasses, its policy."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Final

from app.authz.conditions.program import Program as Condition
from app.authz.engine.index.algebra import Algebra
from app.authz.engine.index.closures import Closures
from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.evaluate import Rules
from app.authz.engine.index.fans import Fans, Listings
from app.authz.engine.index.generations import Generations
from app.authz.engine.index.lists import Lists
from app.authz.engine.index.members import KnownMembers
from app.authz.engine.index.plain import Tests
from app.authz.engine.index.programs import Program, Programs
from app.authz.engine.index.reach import Reach, Reaches
from app.authz.engine.index.store import Change, Place, Store
from app.authz.engine.index.tables import Table
from app.authz.engine.judge import find_program
from app.authz.engine.lookups import Node
from app.authz.engine.paths import build_graph
from app.authz.engine.resolve import CLIENTS, FULL_ACCESS, Resolution, Ruleset
from app.authz.engine.schema import CompiledRelation, has_gate
from app.authz.engine.strata import Key
from app.authz.types.answers import Decision
from app.authz.types.tuples import EVERY, PLATFORM, SUPER_ADMIN

_Bypass = tuple[Reach, int, Resolution]
_Places = tuple[frozenset[Place], frozenset[Place]]
# Sets of places that are kept, and their members together.
_MOST, _MOST_PLACES = 256, 100_000
# What rests on more than so many relations, or circles of them, is outdated by every change.
_MOST_WATCHED: Final = 256
_EVERYWHERE: Final[Place] = (-1, "")


class Plan:
    """How an action on a type is answered.

    Attributes:
        key: type and relation that it comes down to.
        ask: whether somebody has the relation, where no condition has a say.
        is_quick: that alone decides, after the bypasses.
        is_tangled: only the walk can answer.
        has_conditions: tuples that it rests on may have conditions.
        has_gates: `and`, `but not` or usersets that closures cannot hold have a say.
    """

    __slots__ = (
        "ask",
        "bypasses",
        "has_conditions",
        "has_gates",
        "is_quick",
        "is_tangled",
        "key",
        "numbers",
        "policy",
        "program",
        "scope",
    )

    def __init__(self, key: tuple[str, str], program: Program, scope: str) -> None:
        self.key = key
        self.program = program
        self.numbers = program.kind.numbers
        self.scope = scope
        self.ask: Callable[[Closure, str], bool] = _never
        self.policy: str | None = None
        self.bypasses: tuple[_Bypass, ...] = ()
        self.is_quick = self.is_tangled = False
        self.has_conditions = self.has_gates = False

    def find_bypass(self, nodes: Closure) -> Resolution | None:
        """What allows everything to a subject, whatever its relation to the entity is."""
        for reach, entity, resolution in self.bypasses:
            parts = reach.known.young.get(entity)
            for part in reach.find(entity) if parts is None else parts:
                if not nodes.isdisjoint(part):
                    return resolution
        return None


class Compiled:
    """Everything that follows from the models in force, over one store."""

    def __init__(self, rules: Ruleset, store: Store) -> None:
        self.rules = rules
        self._names = {compiled.id: name for name, compiled in rules.schema.types.items()}
        self._with_policies = frozenset((self._names[kind], name) for kind, name in store.places_with_policies())
        # What closures hold is sure: memberships that have a policy are no part of them.
        self._sure = build_graph(rules.schema)
        self.graph = self._sure.with_policies(self._with_policies)
        self._store = store
        self._programs = Programs(store, rules.schema, self.graph, rules.strata, self._with_policies)
        self.reaches = Reaches(store.numbers, rules.schema, self._programs, self.graph)
        self.closures = Closures(store, rules.schema, self._sure, self.program_of)
        self.listings = Listings(store, self._programs.targets)
        self.plans: dict[str, dict[str, Plan]] = {name: {} for name in rules.schema.types}
        self._tests = Tests(self.reaches)
        self._conditions: dict[tuple[Table, str], Condition | None] = {}
        self._entrances: dict[Program, Reach] = {}
        self.algebra = Algebra(self.listings)
        self._places: Generations[tuple[int | None, str | None], _Places] = Generations(_MOST, _MOST_PLACES, _weigh)
        self._conditioned, self._gated = self._find_traits()
        self._watched = self._find_watched()
        self.lists = Lists()
        self.members = KnownMembers(self.lists)
        self.evaluation = Rules(store.numbers, self.program_of, self._tests.of, self._track(), self._condition_of)

    def forget(self, change: Change) -> None:
        """Drop what a change touches: tuples with conditions are kept nowhere, yet some lists rest on having none."""
        if change.condition is None:
            self.closures.forget(change)
            self.reaches.forget(change.table, change.entity)
            self.listings.forget(change)
        place = (change.table.kind.id, change.table.relation)
        self.lists.forget(self._watched.get(place, place))
        self.lists.forget(_EVERYWHERE)

    def heeds(self, table: Table) -> bool:
        """Whether it is taken into account that tuples of a table have policies."""
        return (self._names[table.kind.id], table.relation) in self._with_policies

    def plan(self, type_name: str, action: str) -> Plan | None:
        """The plan of a permission or relation, None if the type has none of this name."""
        found = self.plans.get(type_name, {}).get(action)
        return found or self._make_plan(type_name, action)

    def program_of(self, type_id: int, relation: str) -> Program | None:
        """The program of a relation, None if the type has none of this name."""
        return self._programs.of(self._names.get(type_id, ""), relation)

    def places_of(self, plan: Plan) -> frozenset[Place]:
        """The relations whose tuples the answers of a plan rest on, those of its bypasses among them.

        Plans whose relations rest on each other share one set.
        """
        return self._both_places(plan)[0]

    def _both_places(self, plan: Plan) -> _Places:
        """What a plan rests on, and what is watched in its place."""
        key = (self.graph.below.component(plan.key), plan.scope if plan.bypasses else None)
        found = self._places.find(key)
        if found is None:
            places = self._find_places(plan)
            watched = frozenset(self._watched.get(place, place) for place in places)
            found = places, watched if len(watched) <= _MOST_WATCHED else frozenset([_EVERYWHERE])
            self._places.keep(key, found)
        return found

    def _find_places(self, plan: Plan) -> frozenset[Place]:
        nodes = self._bypass_nodes(plan.scope) if plan.bypasses else []
        keys = [plan.key, *((node.type, node.relation) for node in nodes)]
        types = self.rules.schema.types
        below = {each for key in keys for each in self.graph.below.get(key, ())}
        return frozenset((types[name].id, relation) for name, relation in below if name in types)

    def watch(self, plan: Plan) -> None:
        """Have changes of what a plan rests on outdate what is kept of it."""
        if not self.lists.is_watched(plan.key):
            self.lists.watch(plan.key, self._both_places(plan)[1])

    def _find_watched(self) -> dict[Place, Place]:
        """For relations that rest on each other one of them: who rests on one rests on all."""
        first: dict[int | None, Place] = {}
        return {
            (compiled.id, name): first.setdefault(self.graph.below.component((type_name, name)), (compiled.id, name))
            for type_name, compiled in self.rules.schema.types.items()
            for name in compiled.relations
        }

    def fans(self, program: Program) -> Fans:
        """What lists the entities of a plain program."""
        return self.algebra.fans(program)

    def _make_plan(self, type_name: str, action: str) -> Plan | None:
        schema = self.rules.schema
        permission = schema.permission(type_name, action)
        key = (type_name, permission.relation if permission else action)
        program = self._programs.of(*key)
        if program is None:
            return None
        plan = Plan(key, program, schema.types[type_name].scope)
        plan.is_tangled = key in self._programs.tangled
        test = None if plan.is_tangled else self._tests.of(program)
        plan.policy = permission.policy if permission else None
        plan.bypasses = self._bypasses(plan.scope) if permission else ()
        if test is not None:
            plan.ask = test.ask
            plan.is_quick = plan.policy is None
        plan.has_conditions, plan.has_gates = key in self._conditioned, key in self._gated
        self.plans[type_name][action] = plan
        return plan

    def _find_traits(self) -> tuple[AbstractSet[Key], AbstractSet[Key]]:
        """The relations in which conditions have a say, and those in which gates have one."""
        conditioned, gated = set(self._with_policies), set[Key]()
        for type_name, compiled in self.rules.schema.types.items():
            for name, relation in compiled.relations.items():
                if any(each is not None for found in relation.conditions.values() for each in found):
                    conditioned.add((type_name, name))
                if self._has_gates(relation):
                    gated.add((type_name, name))
        return self.graph.below.above(conditioned), self.graph.below.above(gated)

    def _has_gates(self, relation: CompiledRelation) -> bool:
        names_plain = all((part, name) in self.graph.plain for part, name, _ in relation.conditions if name)
        return not names_plain or has_gate(relation.rewrite)

    def _bypasses(self, scope: str) -> tuple[_Bypass, ...]:
        found: list[_Bypass] = []
        for node in self._bypass_nodes(scope):
            program = self._programs.of(node.type, node.relation)
            if program is not None:
                # The types of Auther itself are plain, whoever else's models may be in force. Tuples with a policy
                # are not looked at: a bypass does not count by them.
                assert (node.type, node.relation) in self._sure.plain
                if program not in self._entrances:
                    self._entrances[program] = self.reaches.entrance(program)
                number = self._store.numbers.number(program.kind.id, node.id)
                found.append((self._entrances[program], number, Resolution(Decision.ALLOWED, bypass=node)))
        return tuple(found)

    def _bypass_nodes(self, scope: str) -> list[Node]:
        nodes = [Node(PLATFORM, EVERY, SUPER_ADMIN)] if self.rules.is_bypass_on else []
        return [*nodes, Node(CLIENTS, scope, FULL_ACCESS)] if scope else nodes

    def _track(self) -> dict[tuple[int, int], Program]:
        """Have the tables keep at hand what closures cannot hold; the programs of these usersets."""
        schema, numbers = self.rules.schema, self._store.numbers
        tracked: dict[tuple[int, int], Program] = {}
        for name, compiled in schema.types.items():
            for relation in compiled.relations:
                program = self._programs.of(name, relation)
                if program is not None and (name, relation) not in self.graph.plain:
                    tracked[compiled.id, numbers.offset(relation)] = program
        for table in self._store.tables.values():
            parts = {(type_id, offset) for type_id, offset, _ in table.allowed}
            table.track(frozenset(parts & tracked.keys()), numbers)
        return tracked

    def _condition_of(self, table: Table, name: str) -> Condition | None:
        key = (table, name)
        if key not in self._conditions:
            self._conditions[key] = find_program(self.rules.schema, self._names[table.kind.id], name)
        return self._conditions[key]


def _weigh(places: _Places) -> int:
    return len(places[0])


def _never(_nodes: Closure, _entity_id: str) -> bool:
    return False
