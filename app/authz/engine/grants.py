"""All permissions of a subject on some types, resolved in one search upward from the subject."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from app.authz.engine.listing import decide_every
from app.authz.engine.lookups import Node, TupleReader
from app.authz.engine.objects import Search
from app.authz.engine.paths import Graph
from app.authz.engine.policies import leave_open
from app.authz.engine.resolve import CLIENTS, FULL_ACCESS, Resolution, Ruleset, resolve
from app.authz.engine.schema import CompiledType
from app.authz.engine.strata import Key
from app.authz.engine.turns import NO_TURNS, Turns
from app.authz.errors import WorkExceeded
from app.authz.types.answers import Check, Decision
from app.authz.types.granted import Granted
from app.authz.types.model import Permission
from app.authz.types.tuples import EVERY, PLATFORM, SUPER_ADMIN, EntityRef, SubjectRef

# Entities of which the conditions are looked at, beyond which single grants are left to the live check.
MAX_CHECKED: Final = 1_000
# Nodes that the search may reach: a token holds only a few hundred grants.
MAX_REACHED: Final = 20_000

# Answers checks in their order. A policy is not asked: what it says of a resource, only the live call knows.
Asker: TypeAlias = Callable[[Sequence[Check]], Awaitable[list[Resolution]]]


class Grant(NamedTuple):
    """One action on one entity, or (`*`) on every entity of its type."""

    type: str
    id: str
    action: str
    needs_check: bool = False

    @property
    def entity(self) -> EntityRef:
        return EntityRef(self.type, self.id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A permission of a type."""

    type: CompiledType
    permission: Permission

    @property
    def target(self) -> Key:
        """The relation that it comes down to."""
        return (self.type.full_name, self.permission.relation)


async def find_grants(
    rules: Ruleset, graph: Graph, reader: TupleReader, subject: SubjectRef, types: Sequence[CompiledType]
) -> tuple[list[Grant], bool]:
    """Every permission that the subject has on these types, and whether single entities were left out."""
    ask = partial(resolve, rules, reader, judge=leave_open)
    return await GrantSearch(rules, graph, reader, subject, ask).find(list_wanted(types))


def list_wanted(types: Iterable[CompiledType]) -> list[Wanted]:
    """All permissions of some types."""
    return [Wanted(each, permission) for each in types for permission in each.permissions.values()]


@dataclass(frozen=True, slots=True)
class GrantSearch:
    """Finds the grants of a subject with any reader.

    Attributes:
        reader: it stays at one state meanwhile.
        ask: answers the checks of what was reached.
        turns: those of others, where the reader never waits.
    """

    rules: Ruleset
    graph: Graph
    reader: TupleReader
    subject: SubjectRef
    ask: Asker
    turns: Turns = NO_TURNS

    async def find(self, wanted: Sequence[Wanted]) -> tuple[list[Grant], bool]:
        """Every grant of these permissions, and whether single entities were left out."""
        bypasses = {each.type.full_name: _bypasses(self.rules, each.type) for each in wanted}
        targets = {each.target for each in wanted}
        targets |= {(node.type, node.relation) for nodes in bypasses.values() for node in nodes}
        search = Search(self.rules.schema, self.graph, self.subject, targets, max_reached=MAX_REACHED)
        try:
            await search.run(self.reader, self.turns)
        except WorkExceeded:
            return await self._only_everywhere(wanted), True
        passed = await self._reach_surely(search, {node for nodes in bypasses.values() for node in nodes})
        free = {name for name, nodes in bypasses.items() if not passed.isdisjoint(nodes)}
        grants = [
            Grant(each.type.full_name, EVERY, each.permission.name) for each in wanted if each.type.full_name in free
        ]
        left = [each for each in wanted if each.type.full_name not in free]
        candidates = [(each, entity_id) for each in left for entity_id in search.ids[each.target]]
        return await self._judge(candidates, grants, has_policies=search.met_policy)

    async def _reach_surely(self, search: Search, nodes: Collection[Node]) -> AbstractSet[Node]:
        """Which of these were reached without a tuple that has a policy: only so a bypass counts."""
        if not search.met_policy or search.reached.isdisjoint(nodes):
            return search.reached
        targets = {(node.type, node.relation) for node in nodes}
        strict = Search(self.rules.schema, self.graph, self.subject, targets, max_reached=MAX_REACHED, is_strict=True)
        await strict.run(self.reader, self.turns)
        return strict.reached

    async def _judge(
        self, candidates: Sequence[tuple[Wanted, str]], grants: list[Grant], *, has_policies: bool
    ) -> tuple[list[Grant], bool]:
        """What of the reached entities is a grant: plain ones are, the others are checked without a context."""
        doubtful = []
        for each, entity_id in candidates:
            # A userset is not a subject of itself.
            is_self = (self.subject.type, self.subject.relation) == each.target
            is_plain = each.target in self.graph.plain and not has_policies and not is_self
            if is_plain and each.permission.policy is None:
                grants.append(Grant(each.type.full_name, entity_id, each.permission.name))
            else:
                doubtful.append((each, entity_id))
        # Grants on every entity come first: they stay when single ones are left out.
        doubtful.sort(key=lambda pair: (pair[1] != EVERY, pair[1]))
        checked = await self._check(doubtful[:MAX_CHECKED])
        return [*grants, *checked], len(doubtful) > MAX_CHECKED

    async def _only_everywhere(self, wanted: Sequence[Wanted]) -> list[Grant]:
        """The grants on every entity of a type, when there are too many on single ones."""
        return await self._check([(each, EVERY) for each in wanted])

    async def _check(self, pairs: Sequence[tuple[Wanted, str]]) -> list[Grant]:
        """What of these is not denied."""
        checks = [
            Check(self.subject, each.permission.name, EntityRef(each.type.full_name, entity_id))
            for each, entity_id in pairs
        ]
        answers = await self.ask(checks)
        return [
            grant
            for (each, entity_id), answer in zip(pairs, answers, strict=True)
            for grant in self._grants_of(each, entity_id, answer)
        ]

    def _grants_of(self, wanted: Wanted, entity_id: str, answer: Resolution) -> Iterator[Grant]:
        decision = answer.decision
        if entity_id == EVERY and answer.bypass is None:
            # INVARIANT: a token that says "every entity" without a doubt must not hold for one that is excepted.
            decision = decide_every(decision, self.graph.subtractions[wanted.target])
        if decision is not Decision.DENIED:
            needs_check = decision is Decision.UNDECIDED
            yield Grant(wanted.type.full_name, entity_id, wanted.permission.name, needs_check)


def _bypasses(rules: Ruleset, compiled: CompiledType) -> tuple[Node, ...]:
    nodes = [Node(PLATFORM, EVERY, SUPER_ADMIN)] if rules.is_bypass_on else []
    if compiled.scope:
        nodes += [Node(CLIENTS, compiled.scope, FULL_ACCESS), Node(CLIENTS, EVERY, FULL_ACCESS)]
    return tuple(nodes)


def pack(grants: Iterable[Grant]) -> Granted:
    """The maps of a token. What is granted on every entity without a check is not repeated for single ones."""
    found = list(grants)
    everywhere = {(each.type, each.action) for each in found if each.id == EVERY and not each.needs_check}
    permissions: dict[str, set[str]] = {}
    doubtful: dict[str, set[str]] = {}
    for type_name, entity_id, action, needs_check in found:
        if entity_id == EVERY:
            name = type_name
        elif (type_name, action) in everywhere:
            continue
        else:
            name = f"{type_name}:{entity_id}"
        permissions.setdefault(name, set()).add(action)
        if needs_check:
            doubtful.setdefault(name, set()).add(action)
    return Granted(_ordered(permissions), _ordered(doubtful))


def _ordered(found: dict[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(found[name])) for name in sorted(found)}
