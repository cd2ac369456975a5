"""What follows from what: relations that nobody can ever have, and those that depend on themselves in a way that has
no one answer. Nothing here calls itself once for each relation: chains of relations may be long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.authz.language.checks.scope import Report, Scope
from app.authz.types.model import (
    Arrow,
    Computed,
    Direct,
    DirectType,
    Exclusion,
    Intersection,
    Position,
    Relation,
    Rewrite,
    Union,
)


class Node(NamedTuple):
    """A relation of a type."""

    type: str
    relation: str

    def __str__(self) -> str:
        return f"{self.type}#{self.relation}"


class Edge(NamedTuple):
    """Something that a relation needs; `within` is the operator about it that forbids recursion, or empty."""

    target: Node
    within: str
    at: Position | None


def check_graph(scope: Scope, report: Report) -> None:
    """Report relations that can never hold, and recursion through `and` and `but not`."""
    relations = {
        Node(name, relation.name): relation for name, found in scope.relations.items() for relation in found.values()
    }
    edges = {node: list(_edges(scope, node, relation.rewrite)) for node, relation in relations.items()}
    _check_entry(scope, report, relations, edges)
    components = find_components({node: [edge.target for edge in found] for node, found in edges.items()})
    for node, found in edges.items():
        for operator in ("but not", "and"):
            _check_recursion(report, node, [edge for edge in found if edge.within == operator], components)


def _edges(scope: Scope, node: Node, rewrite: Rewrite, within: str = "") -> Iterator[Edge]:
    match rewrite:
        case Union(parts):
            for part in parts:
                yield from _edges(scope, node, part, within)
        case Intersection(parts):
            for part in parts:
                yield from _edges(scope, node, part, within or "and")
        case Exclusion(base, subtracted):
            yield from _edges(scope, node, base, within)
            yield from _edges(scope, node, subtracted, "but not")
        case _:
            yield from (Edge(target, within, at) for target, at in _targets(scope, node, rewrite))


def _targets(scope: Scope, node: Node, leaf: Direct | Computed | Arrow) -> list[tuple[Node, Position | None]]:
    match leaf:
        case Direct(types):
            return [(Node(each.type, each.relation), each.at) for each in types if each.relation]
        case Computed(relation):
            return [(Node(node.type, relation), leaf.at)]
        case Arrow(relation, tupleset):
            types = _tupleset_types(scope, node.type, tupleset)
            return [(Node(each.type, relation), leaf.at) for each in types]


def _tupleset_types(scope: Scope, kind: str, tupleset: str) -> tuple[DirectType, ...]:
    relation = scope.relations[kind].get(tupleset)
    return relation.rewrite.types if relation and isinstance(relation.rewrite, Direct) else ()


def _check_entry(
    scope: Scope, report: Report, relations: Mapping[Node, Relation], edges: Mapping[Node, list[Edge]]
) -> None:
    needed_by: dict[Node, list[Node]] = defaultdict(list)
    for node, found in edges.items():
        for edge in found:
            needed_by[edge.target].append(node)
    reachable: set[Node] = set()
    waiting = list(relations)
    while waiting:
        node = waiting.pop()
        if node not in reachable and _is_reachable(scope, node, relations[node].rewrite, reachable):
            reachable.add(node)
            waiting += [other for other in needed_by[node] if other not in reachable]
    for node, relation in relations.items():
        if node not in reachable:
            reason = f"Nobody can ever be `{relation.name}` of a `{node.type}`: no type of subject leads to it."
            report.error("authz_model_never_holds", reason, relation.at, hint="Perhaps a `[user]` is missing.")


def _is_reachable(scope: Scope, node: Node, rewrite: Rewrite, reachable: set[Node]) -> bool:
    """Whether somebody can have what the rewrite says. What is not defined at all is reported elsewhere, so: yes."""

    def holds(target: Node) -> bool:
        return target in reachable or target.relation not in scope.relations.get(target.type, {})

    match rewrite:
        case Direct(types):
            return not types or any(not each.relation or holds(Node(each.type, each.relation)) for each in types)
        case Computed(relation):
            return holds(Node(node.type, relation))
        case Arrow(relation, tupleset):
            types = _tupleset_types(scope, node.type, tupleset)
            targets = [each.type for each in types if relation in scope.relations_of(each.type)]
            return not targets or any(holds(Node(name, relation)) for name in targets)
        case Union(parts):
            return any(_is_reachable(scope, node, part, reachable) for part in parts)
        case Intersection(parts):
            return all(_is_reachable(scope, node, part, reachable) for part in parts)
        case Exclusion(base, _):
            return _is_reachable(scope, node, base, reachable)


def _check_recursion(report: Report, node: Node, edges: list[Edge], components: Mapping[Node, int]) -> None:
    for edge in edges:
        if components.get(edge.target, -1) != components[node]:
            continue
        verb = "is subtracted from" if edge.within == "but not" else "is needed by"
        loop = "itself" if edge.target == node else f"`{node}` in turn"
        reason = f"`{edge.target}` {verb} `{node}` and depends on {loop}: recursion through `{edge.within}`."
        code = "authz_model_recursion_but_not" if edge.within == "but not" else "authz_model_recursion_and"
        report.error(code, reason, edge.at, hint="Move the recursion into a relation of its own, made of `or` only.")
        return


def find_components(graph: Mapping[Node, list[Node]]) -> dict[Node, int]:
    """The number of the strongly connected component of each node (Tarjan's algorithm, without recursion)."""
    order: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    component: dict[Node, int] = {}
    for root in graph:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack.append(root)
        path = [(root, iter(graph[root]))]
        while path:
            node, targets = path[-1]
            for target in targets:
                if target not in graph:
                    continue
                if target not in order:
                    order[target] = low[target] = len(order)
                    stack.append(target)
                    path.append((target, iter(graph[target])))
                    break
                if target not in component:
                    low[node] = min(low[node], order[target])
            else:
                path.pop()
                _close(node, (order, low), stack, component)
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
    return component


def _close(
    node: Node, numbers: tuple[dict[Node, int], dict[Node, int]], stack: list[Node], component: dict[Node, int]
) -> None:
    order, low = numbers
    if low[node] != order[node]:
        return
    number = len(component)
    while True:
        member = stack.pop()
        component[member] = number
        if member == node:
            return
