"""Codes and names that others rely on: of one form, and each of one room."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import Counter
from pathlib import Path

import app
from app.events.types import Event
from app.kit import errors
from app.kit.guard import ALL_PERMISSIONS

APP = Path(app.__file__).parent
KINDS = {kind.__name__ for kind in vars(errors).values() if isinstance(kind, type)}
# Parts of the kit and of the command line that have a name of their own.
PARTS = {"kit": {"kit", "http", "postgres"}, "rest": {"rest", "kit"}, "main": {"kit"}}


def import_everything() -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def codes() -> list[tuple[str, str]]:
    """Room and code of each error made with a literal code."""
    found = []
    for file in sorted(APP.rglob("*.py")):
        room = file.relative_to(APP).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            text = node.args[0].value
            is_named = name in KINDS or (name == "__init__" and file.name == "errors.py" and "_" in str(text))
            if is_named and isinstance(text, str) and " " not in text:
                found.append((room, text))
    return found


def prefixes(code: str) -> set[str]:
    words = code.split("_")
    return {"_".join(words[:n]) for n in range(1, len(words))}


def test_every_code_is_its_room_and_a_reason() -> None:
    found = codes()

    assert len(found) > 40
    strange = [
        (room, code)
        for room, code in found
        if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", code) or not set(PARTS.get(room, {room})) & prefixes(code)
    ]
    assert strange == []


def test_every_event_has_a_name_of_its_own() -> None:
    import_everything()
    events = [kind for kind in all_subclasses(Event) if "action" in vars(kind)]

    assert len(events) >= 10
    assert [name for name, times in Counter(kind.action for kind in events).items() if times > 1] == []
    assert [kind.action for kind in events if not re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", kind.action)] == []
    assert [kind for kind in events if not getattr(kind, "target_type", "")] == []


def test_every_permission_that_the_code_asks_for_exists() -> None:
    asked = set()
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"guard", "has_permission"}:
                asked |= {part.value for part in node.args if isinstance(part, ast.Constant)}

    assert asked
    assert asked - ALL_PERMISSIONS == set()


def all_subclasses(kind: type[Event]) -> list[type[Event]]:
    found: list[type[Event]] = []
    for child in kind.__subclasses__():
        found += [child, *all_subclasses(child)]
    return found
