"""What an expression says of its parameters: which it uses, whether the types fit, and what has to be rewritten."""

from __future__ import annotations

from dataclasses import dataclass

from app.authz.conditions import signatures
from app.authz.conditions.errors import SourceFault
from app.authz.conditions.signatures import ANY, BOOL, INT, OURS, RENAMED, TYPE_NAMES, fits
from app.authz.conditions.syntax import Kind, Node
from app.authz.types import ParameterType


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters of the source to replace before the library sees it."""

    at: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of an expression that was found good.

    Attributes:
        used: the parameters that it needs.
        types: by `id` of the node.
        edits: in the order of the text.
        tools: functions of ours that it calls.
        patterns: literals that `matches` takes.
    """

    used: frozenset[str]
    types: dict[int, ParameterType]
    edits: tuple[Edit, ...]
    tools: frozenset[str]
    patterns: tuple[Node, ...]


def check(tree: Node, parameters: dict[str, ParameterType]) -> Checked:
    """Follow the types through the tree.

    Raises:
        SourceFault: an unknown name or function, types that do not fit, a result that is not true or false.
    """
    checker = _Checker(parameters)
    result = checker.type_of(tree)
    if not fits(result.name, "bool"):
        raise SourceFault(f"A condition is true or false; this one gives {result}.", tree.at)
    return Checked(
        frozenset(checker.used),
        checker.types,
        tuple(sorted(checker.edits, key=lambda edit: edit.at)),
        frozenset(checker.tools),
        tuple(checker.patterns),
    )


class _Checker:
    def __init__(self, parameters: dict[str, ParameterType]) -> None:
        self._parameters = parameters
        self._bound: list[tuple[str, ParameterType]] = []
        self.used: set[str] = set()
        self.types: dict[int, ParameterType] = {}
        self.edits: list[Edit] = []
        self.tools: set[str] = set()
        self.patterns: list[Node] = []

    def type_of(self, node: Node) -> ParameterType:
        found: ParameterType = getattr(self, f"_{node.kind}")(node)
        self.types[id(node)] = found
        return found

    def _literal(self, node: Node) -> ParameterType:
        return ParameterType(node.text)

    def _name(self, node: Node) -> ParameterType:
        found = next((kind for name, kind in reversed(self._bound) if name == node.text), None)
        if found is None and node.text in self._parameters:
            found = self._parameters[node.text]
            self.used.add(node.text)
        if found is None:
            if node.text in TYPE_NAMES:
                return ParameterType("type")
            raise SourceFault(f"{node.text} is not a parameter of the condition.", node.at)
        if found.name == "uint":  # Python knows one kind of integers, and the library takes them for int.
            self.edits.append(Edit(node.at, node.end, f"uint({node.text})"))
        return found

    def _select(self, node: Node) -> ParameterType:
        operand = self.type_of(node.parts[0])
        if operand.name not in ("map", "any"):
            raise SourceFault(f"{operand} has no fields, so none called {node.text}.", node.at)
        return operand.item or ANY

    def _has(self, node: Node) -> ParameterType:
        self._select(node)
        return BOOL

    def _index(self, node: Node) -> ParameterType:
        operand, key = (self.type_of(part) for part in node.parts)
        is_list = operand.name == "list" and fits(key.name, "int")
        if not is_list and operand.name not in ("map", "any"):
            raise SourceFault(f"{operand} has nothing under {key}.", node.at)
        return operand.item or ANY

    def _operator(self, node: Node) -> ParameterType:
        operands = [self.type_of(part) for part in node.parts]
        if len(operands) == 2:
            result = signatures.operator_result(node.text, *operands)
        else:
            accepted = ("bool",) if node.text == "!" else ("int", "double")
            result = operands[0] if any(fits(operands[0].name, one) for one in accepted) else None
        if result is None:
            raise SourceFault(f"{node.text} does not take {' and '.join(map(str, operands))}.", node.at)
        return BOOL if node.text == "!" else result

    def _choice(self, node: Node) -> ParameterType:
        condition, then, other = (self.type_of(part) for part in node.parts)
        if not fits(condition.name, "bool"):
            raise SourceFault(f"What stands before ? is true or false; this is {condition}.", node.at)
        return signatures.join(then, other)

    def _list(self, node: Node) -> ParameterType:
        items = {self.type_of(part) for part in node.parts}
        return ParameterType("list", items.pop() if len(items) == 1 else ANY)

    def _map(self, node: Node) -> ParameterType:
        items = [self.type_of(part) for part in node.parts][1::2]
        return ParameterType("map", items[0] if len(set(items)) == 1 else ANY)

    def _loop(self, node: Node) -> ParameterType:
        source = self.type_of(node.parts[0])
        if source.name not in ("list", "map", "any"):
            raise SourceFault(f"{node.text} goes through a list or a map; this is {source}.", node.at)
        self._bound.append((node.variable, (source.item or ANY) if source.name == "list" else ANY))
        bodies = [self.type_of(part) for part in node.parts[1:]]
        self._bound.pop()
        is_map = node.text == "map"
        tests = bodies[:-1] if is_map else bodies
        if not all(fits(test.name, "bool") for test in tests):
            raise SourceFault(f"What {node.text} tests is true or false; this is {tests[0]}.", node.at)
        if is_map:
            return ParameterType("list", bodies[-1])
        return ParameterType("list", source.item) if node.text == "filter" else BOOL

    def _function(self, node: Node) -> ParameterType:
        arguments = [self.type_of(part).name for part in node.parts]
        if node.text == "matches" and len(node.parts) == 2:
            return self._method(node)
        result = self._accept(node, signatures.function_result(node.text, arguments))
        ours = RENAMED.get((node.text, arguments[0])) or OURS.get(node.text)
        if ours:
            self._use(node, ours)
        return result

    def _method(self, node: Node) -> ParameterType:
        target, *arguments = (self.type_of(part).name for part in node.parts)
        result = self._accept(node, signatures.method_result(node.text, target, arguments))
        ours = RENAMED.get((node.text, target)) or OURS.get(node.text)
        if ours:
            self._use(node, ours)
        elif arguments and result == INT:
            self._use(node, f"{node.text}_in")
        if node.text == "matches" and node.parts[1].kind is Kind.LITERAL:
            self.patterns.append(node.parts[1])
        return result

    def _accept(self, node: Node, result: ParameterType | str | None) -> ParameterType:
        if result is None:
            raise SourceFault(f"There is no function {node.text}.", node.at)
        if isinstance(result, str):
            raise SourceFault(f"{node.text} takes {result}.", node.at)
        return result

    def _use(self, node: Node, tool: str) -> None:
        self.tools.add(tool)
        if tool != node.text:
            self.edits.append(Edit(node.at, node.end, tool))
