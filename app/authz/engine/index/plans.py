"""What is made of a schema once, and the plan of each action: its program, its bypasses, its policy."""

from __future__ import annotations

from collections.abc import Callable

from app.authz.conditions.program import Program as Condition
from app.authz.engine.index.closures import Closures
from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.evaluate import Rules
from app.authz.engine.index.fans import Fans, Listings
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
from app.authz.types.answers import Decision
from app.authz.types.tuples import EVERY, PLATFORM, SUPER_ADMIN

_Bypass = tuple[Reach, int, Resolution]


class Plan:
    """How an action on a type is answered.

    Attributes:
        key: type and relation that it comes down to.
        ask: whether somebody has the relation, where no condition has a say.
        is_settled: sets say who has the relation: conditions have no say, and it does not come round to itself.
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
        "is_settled",
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
        self.is_settled = self.is_quick = self.is_tangled = False
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
        self.graph = build_graph(rules.schema)
        self._names = {compiled.id: name for name, compiled in rules.schema.types.items()}
        self._store = store
        self._programs = Programs(store, rules.schema, self.graph, rules.strata)
        self.reaches = Reaches(store.numbers, rules.schema, self._programs, self.graph)
        self.closures = Closures(store, rules.schema, self.graph, self.program_of)
        self.listings = Listings(store)
        self.plans: dict[str, dict[str, Plan]] = {name: {} for name in rules.schema.types}
        self._tests = Tests(self.reaches)
        self._conditions: dict[tuple[Table, str], Condition | None] = {}
        self._entrances: dict[Program, Reach] = {}
        self._fans: dict[Program, Fans] = {}
        self.evaluation = Rules(store.numbers, self.program_of, self._tests.of, self._track(), self._condition_of)

    def forget(self, change: Change) -> None:
        """Drop what a change touches. Tuples with conditions are never part of what is kept."""
        if change.condition is None:
            self.closures.forget(change)
            self.reaches.forget(change.table, change.entity)
            self.listings.forget(change)

    def plan(self, type_name: str, action: str) -> Plan | None:
        """The plan of a permission or relation, None if the type has none of this name."""
        found = self.plans.get(type_name, {}).get(action)
        return found or self._make_plan(type_name, action)

    def program_of(self, type_id: int, relation: str) -> Program | None:
        """The program of a relation, None if the type has none of this name."""
        return self._programs.of(self._names.get(type_id, ""), relation)

    def places_of(self, plan: Plan) -> frozenset[Place]:
        """The relations whose tuples the answers of a plan rest on, those of its bypasses among them."""
        nodes = self._bypass_nodes(plan.scope) if plan.bypasses else []
        keys = [plan.key, *((node.type, node.relation) for node in nodes)]
        types = self.rules.schema.types
        below = {each for key in keys for each in self.graph.below.get(key, ())}
        return frozenset((types[name].id, relation) for name, relation in below if name in types)

    def fans(self, program: Program) -> Fans:
        """What lists the entities of a plain program."""
        found = self._fans.get(program)
        if found is None:
            found = self._fans[program] = self.listings.add(program, self.program_of)
        return found

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
            plan.is_settled = True
            plan.is_quick = plan.policy is None
        below = [relation for each in self.graph.below[key] if (relation := schema.relation(*each))]
        plan.has_conditions = any(
            condition is not None
            for relation in below
            for conditions in relation.conditions.values()
            for condition in conditions
        )
        plan.has_gates = any(self._has_gates(each) for each in below)
        self.plans[type_name][action] = plan
        return plan

    def _has_gates(self, relation: CompiledRelation) -> bool:
        names_plain = all((part, name) in self.graph.plain for part, name, _ in relation.conditions if name)
        return not names_plain or has_gate(relation.rewrite)

    def _bypasses(self, scope: str) -> tuple[_Bypass, ...]:
        found: list[_Bypass] = []
        for node in self._bypass_nodes(scope):
            program = self._programs.of(node.type, node.relation)
            if program is not None:
                # The types of Auther itself are plain, whoever else's models may be in force.
                assert (node.type, node.relation) in self.graph.plain
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


def _never(_nodes: Closure, _entity_id: str) -> bool:
    return False
