"""Nothing that callers rely on goes without notice: `python -m app.graph.compatibility [REVISION]`.

Compares `schema.graphql` with the one of a revision, or with the last committed one that says something else. What
breaks callers is refused, unless the former schema had said when it would go: `@deprecated(reason: "YYYY-MM-DD: why,
and what to use")`, and that day has come.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from graphql import (
    REMOVE,
    DefinitionNode,
    DocumentNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputValueDefinitionNode,
    Node,
    StringValueNode,
    TypeDefinitionNode,
    Visitor,
    VisitorAction,
    build_ast_schema,
    build_schema,
    parse,
    visit,
)
from graphql.utilities import BreakingChangeType, find_schema_changes

from app.kit import clock

FILE: Final = Path("schema.graphql")
REASON: Final = re.compile(r"(\d{4}-\d{2}-\d{2}): \S")
ROOTS: Final = ("Query", "Mutation", "Subscription")
# Versions of the file that are looked at to find one that differs.
_MOST_REVISIONS: Final = 20

Deprecated = FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode


def main(arguments: list[str]) -> int:
    """Tell what breaks callers; the exit code is 1 when something does, 2 when there is no such revision."""
    text = FILE.read_text("utf-8")
    former = _read_revision(arguments[0]) if arguments else _find_former(text)
    if former is None:
        sys.stderr.write(f"{FILE}: no {arguments[0] if arguments else 'former version'} to compare with\n")
        return 2 if arguments else 0
    breaks = find_breaks(former, text, clock.now().date())
    for each in breaks:
        sys.stderr.write(f"{FILE}: {each}\n")
    if breaks:
        sys.stderr.write("Deprecate first, with the day on which it goes: see docs/reference/README.md\n")
    return 1 if breaks else 0


def find_breaks(former: str, text: str, today: date) -> list[str]:
    """What a schema takes from callers of a former one, one sentence each.

    Args:
        former: the schema that they know, as SDL.
        text: the schema as it is, as SDL.
        today: what was to go up to this day may be gone.
    """
    changes = find_schema_changes(_promised(former, today), build_schema(text))
    return [change.description for change in changes if isinstance(change.type, BreakingChangeType)]


def end_of(reason: str) -> date | None:
    """The day that a reason for a deprecation begins with; None when there is none."""
    found = REASON.match(reason)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


class _Ending(Visitor):
    """Takes out what may be gone by now."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def enter(self, node: Node, *_: object) -> VisitorAction:
        if not isinstance(node, Deprecated):
            return None
        end = _end_of_node(node)
        return REMOVE if end is not None and end <= self._today else None


def _end_of_node(node: Deprecated) -> date | None:
    for directive in node.directives or ():
        for argument in directive.arguments or ():
            if directive.name.value == "deprecated" and isinstance(argument.value, StringValueNode):
                return end_of(argument.value.value)
    return None


def _promised(former: str, today: date) -> GraphQLSchema:
    """The former schema without what may be gone, and without types that only this led to."""
    document: DocumentNode = visit(parse(former), _Ending(today))
    types = {each.name.value: each for each in document.definitions if isinstance(each, TypeDefinitionNode)}
    reached = _reach(types)
    kept = [each for each in document.definitions if not isinstance(each, TypeDefinitionNode)]
    kept += [types[name] for name in types if name in reached]
    return build_ast_schema(DocumentNode(definitions=tuple(kept)))


def _reach(types: dict[str, TypeDefinitionNode]) -> set[str]:
    """Names of types that the roots lead to; an interface leads to what implements it."""
    uses = {name: set(_names(each)) for name, each in types.items()}
    reached: set[str] = set()
    waiting: list[str] = [name for name in ROOTS if name in types]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        waiting += uses.get(name, set())
        waiting += [other for other, each in types.items() if _implements(each, name)]
    return reached


def _names(definition: DefinitionNode) -> Iterator[str]:
    found: list[str] = []

    class Names(Visitor):
        def enter_named_type(self, node: Node, *_: object) -> None:
            found.append(node.name.value)  # type: ignore[attr-defined]

    visit(definition, Names())
    yield from found


def _implements(definition: TypeDefinitionNode, name: str) -> bool:
    return any(each.name.value == name for each in getattr(definition, "interfaces", None) or ())


def _find_former(text: str) -> str | None:
    """The last committed version that says something else; None when there is none, or no repository."""
    revisions = _git("log", f"-{_MOST_REVISIONS}", "--format=%H", "--", FILE.as_posix())
    for revision in (revisions or "").split():
        former = _read_revision(revision)
        if former is not None and former != text:
            return former
    return None


def _read_revision(revision: str) -> str | None:
    return _git("show", f"{revision}:./{FILE.as_posix()}")


def _git(*arguments: str) -> str | None:
    """What git answers; None when it cannot."""
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run([program, *arguments], capture_output=True, check=False)  # noqa: S603 - our own arguments
    return done.stdout.decode() if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
