"""All permissions of a subject on some types, resolved in one search upward from the subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.authz.engine.listing import decide_every
from app.authz.engine.lookups import Node, TupleReader
from app.authz.engine.objects import Search
from app.authz.engine.paths import Graph
from app.authz.engine.policies import PolicyInput, PolicyVerdict
from app.authz.engine.resolve import CLIENTS, FULL_ACCESS, Resolution, Ruleset, resolve
from app.authz.engine.schema import CompiledType
from app.authz.errors import WorkExceeded
from app.authz.types.answers import Check, Decision
from app.authz.types.granted import Granted
from app.authz.types.model import Permission
from app.authz.types.tuples import EVERY, PLATFORM, SUPER_ADMIN, EntityRef, SubjectRef

# Entities of which the conditions are looked at, beyond which single grants are left to the live check.
MAX_CHECKED: Final = 1_000
# Nodes that the search may reach: a token holds only a few hundred grants.
MAX_REACHED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Grant:
    """One action on one entity, or on every entity of its type."""

    entity: EntityRef
    action: str
    needs_check: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    type: CompiledType
    permission: Permission

    @property
    def target(self) -> tuple[str, str]:
        return (self.type.full_name, self.permission.relation)


async def find_grants(
    rules: Ruleset, graph: Graph, reader: TupleReader, subject: SubjectRef, types: Sequence[CompiledType]
) -> tuple[list[Grant], bool]:
    """Every permission that the subject has on these types, and whether single entities were left out."""
    wanted = [_Wanted(each, permission) for each in types for permission in each.permissions.values()]
    bypasses = {each.full_name: _bypasses(rules, each) for each in types}
    targets = {each.target for each in wanted}
    targets |= {(node.type, node.relation) for nodes in bypasses.values() for node in nodes}
    search = Search(rules.schema, graph, subject, targets, max_reached=MAX_REACHED)
    is_cut = False
    try:
        await search.run(reader)
    except WorkExceeded:
        is_cut = True
    if is_cut:
        return await _only_everywhere(rules, graph, reader, subject, wanted), True
    free = {name for name, nodes in bypasses.items() if _has_bypass(search.reached, nodes)}
    grants = [Grant(EntityRef(each.type.full_name, EVERY), each.permission.name, False)
              for each in wanted if each.type.full_name in free]  # fmt: skip
    candidates = [(each, node) for node in sorted(search.reached) for each in _of_node(wanted, node, free)]
    return await _judge(rules, graph, reader, subject, candidates, grants)


async def _judge(
    rules: Ruleset,
    graph: Graph,
    reader: TupleReader,
    subject: SubjectRef,
    candidates: Sequence[tuple[_Wanted, Node]],
    grants: list[Grant],
) -> tuple[list[Grant], bool]:
    """What of the reached nodes is a grant: plain ones are, the others are checked without a context."""
    doubtful = []
    for each, node in candidates:
        if each.target in graph.plain and each.permission.policy is None:
            grants.append(Grant(EntityRef(node.type, node.id), each.permission.name, False))
        else:
            doubtful.append((each, node))
    # Grants on every entity come first: they stay when single ones are left out.
    doubtful.sort(key=lambda pair: pair[1].id != EVERY)
    checked = doubtful[:MAX_CHECKED]
    grants += await _check(rules, graph, reader, subject, checked)
    return grants, len(doubtful) > MAX_CHECKED


async def _only_everywhere(
    rules: Ruleset, graph: Graph, reader: TupleReader, subject: SubjectRef, wanted: Sequence[_Wanted]
) -> list[Grant]:
    """The grants on every entity of a type, when there are too many on single ones."""
    return await _check(
        rules, graph, reader, subject, [(each, Node(each.type.full_name, EVERY, "")) for each in wanted]
    )


async def _check(
    rules: Ruleset, graph: Graph, reader: TupleReader, subject: SubjectRef, pairs: Sequence[tuple[_Wanted, Node]]
) -> list[Grant]:
    """What of these is not denied. A policy is not asked: what it says of a resource, only the live call knows."""
    checks = [Check(subject, each.permission.name, EntityRef(node.type, node.id)) for each, node in pairs]
    answers = await resolve(rules, reader, checks, judge=_leave_open)
    return [
        grant
        for (each, node), answer in zip(pairs, answers, strict=True)
        for grant in _grants_of(graph, each, node, answer)
    ]


async def _leave_open(_question: PolicyInput) -> PolicyVerdict:
    return PolicyVerdict(None)


def _grants_of(graph: Graph, wanted: _Wanted, node: Node, answer: Resolution) -> Iterator[Grant]:
    decision = answer.decision
    if node.id == EVERY and answer.bypass is None:
        # INVARIANT: a token that says "every entity" without a doubt must not hold for one that is excepted.
        decision = decide_every(decision, graph.subtractions[wanted.target])
    if decision is not Decision.DENIED:
        needs_check = decision is Decision.UNDECIDED
        yield Grant(EntityRef(node.type, node.id), wanted.permission.name, needs_check)


def _of_node(wanted: Iterable[_Wanted], node: Node, free: set[str]) -> Iterator[_Wanted]:
    return (each for each in wanted if each.target == (node.type, node.relation) and node.type not in free)


def _bypasses(rules: Ruleset, compiled: CompiledType) -> tuple[Node, ...]:
    nodes = [Node(PLATFORM, EVERY, SUPER_ADMIN)] if rules.is_bypass_on else []
    if compiled.scope:
        nodes += [Node(CLIENTS, compiled.scope, FULL_ACCESS), Node(CLIENTS, EVERY, FULL_ACCESS)]
    return tuple(nodes)


def _has_bypass(reached: set[Node], nodes: Iterable[Node]) -> bool:
    return any(node in reached for node in nodes)


def pack(grants: Iterable[Grant]) -> Granted:
    """The maps of a token. What is granted on every entity without a check is not repeated for single ones."""
    everywhere = {
        (each.entity.type, each.action) for each in grants if each.entity.id == EVERY and not each.needs_check
    }
    permissions: dict[str, set[str]] = {}
    doubtful: dict[str, set[str]] = {}
    for each in grants:
        if each.entity.id != EVERY and (each.entity.type, each.action) in everywhere:
            continue
        name = each.entity.type if each.entity.id == EVERY else str(each.entity)
        permissions.setdefault(name, set()).add(each.action)
        if each.needs_check:
            doubtful.setdefault(name, set()).add(each.action)
    return Granted(_ordered(permissions), _ordered(doubtful))


def _ordered(found: dict[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(found[name])) for name in sorted(found)}
