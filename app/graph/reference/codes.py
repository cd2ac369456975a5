"""The stable codes of expected errors, found in the sources: which kind each is, and what it says."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

import app
from app.graph.errors import MENDABLE, code_of, user_errors
from app.kit.errors import AppError, InputProblems
from app.oidc import errors as oidc

APP: Final = Path(app.__file__).parent
CODE: Final = re.compile(r"[a-z]+(_[a-z0-9…]+)+")
# The protocol's own answers, and what only a page, a shell or a worker sees.
_OTHER_FAMILIES: Final = (
    oidc.ShownToUser,
    oidc.SentToClient,
    oidc.EndpointError,
    oidc.BearerError,
    oidc.MalformedRequest,
)
_OTHER_PLACES: Final = ("cli/", "rest/", "login/", "kit/postgres/", "main.py", "worker.py")
_OTHER_CODES: Final = frozenset(
    {
        "credentials_codes_locked",
        "credentials_codes_slow_down",
        "credentials_link_invalid",
        "credentials_locked",
        "credentials_slow_down",
        "credentials_too_many_attempts",
        "kit_fault",
    }
)
# Of requests as a whole only this one is about an input of a mutation.
_OF_AN_INPUT: Final = "graph_required"


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code.

    Attributes:
        code: `room_reason`.
        message: what it says; `…` stands for what differs each time.
        top: the `extensions.code` of a top-level error with it.
        payload: the code in a mutation's payload, None when it never stands there.
    """

    code: str
    message: str
    top: str
    payload: str | None

    @property
    def room(self) -> str:
        return self.code.partition("_")[0] if not self.code.startswith("api_keys_") else "api_keys"


@cache
def find_reasons() -> tuple[Reason, ...]:
    """All codes that the API can show, by room and code."""
    found: dict[str, Reason] = {}
    for file in sorted(APP.rglob("*.py")):
        if file.relative_to(APP).as_posix().startswith(_OTHER_PLACES) or file.name == "__main__.py":
            continue
        for code, kind, message in _read_file(file):
            if not issubclass(kind, _OTHER_FAMILIES) and code not in _OTHER_CODES:
                found.setdefault(code, _describe(code, kind, message))
    return tuple(sorted(found.values(), key=lambda each: (each.room, each.code)))


def _read_file(file: Path) -> Iterator[tuple[str, type[AppError], str]]:
    tree = ast.parse(file.read_text("utf-8"))
    name = ".".join(("app", *file.relative_to(APP).with_suffix("").parts)).removesuffix(".__init__")
    finder = _Finder(importlib.import_module(name))
    finder.visit(tree)
    yield from finder.found


class _Finder(ast.NodeVisitor):
    """Codes in calls of error classes, in their initialisers, and as defaults of a parameter `code`."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._class: type[AppError] | None = None
        self.found: list[tuple[str, type[AppError], str]] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._class = self._class, self._kind(node.name)
        self.generic_visit(node)
        self._class = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        named = [*node.args.args, *node.args.kwonlyargs]
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        for argument, default in zip(reversed(named), reversed(defaults), strict=False):
            code = _text(default)
            if self._class is not None and argument.arg == "code" and CODE.fullmatch(code):
                said = [text for call in ast.walk(node) if isinstance(call, ast.Call) for text in map(_text, call.args)]
                self.found.append((code, self._class, _sentence(said) or _own_words(self._class)))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        kind = self._kind_of_call(node.func)
        if kind is not None:
            texts = [text for text in map(_text, node.args) if text]
            keywords = {each.arg: _text(each.value) for each in node.keywords}
            code = keywords.get("code") or (texts.pop(0) if texts and CODE.fullmatch(texts[0]) else "")
            if CODE.fullmatch(code):
                self.found.append((code, kind, _sentence(texts) or _own_words(kind)))
        self.generic_visit(node)

    def _kind_of_call(self, called: ast.expr) -> type[AppError] | None:
        if isinstance(called, ast.Attribute):
            is_super = isinstance(called.value, ast.Call) and getattr(called.value.func, "id", "") == "super"
            return self._class if is_super and called.attr == "__init__" else None
        return self._kind(called.id) if isinstance(called, ast.Name) else None

    def _kind(self, name: str) -> type[AppError] | None:
        found = getattr(self._module, name, None)
        is_error = inspect.isclass(found) and issubclass(found, AppError) and not issubclass(found, InputProblems)
        return found if is_error else None


def _describe(code: str, kind: type[AppError], message: str) -> Reason:
    error = AppError.__new__(kind)
    AppError.__init__(error, code, message)
    top = code_of(error)
    is_of_request = code.startswith("graph_") and code != _OF_AN_INPUT
    is_mendable = isinstance(error, MENDABLE) and not is_of_request
    return Reason(code, message, top, user_errors(error)[0].code.name if is_mendable else None)


def _own_words(kind: type[AppError]) -> str:
    """The first sentence of the class's docstring, or of the next one up that has words for callers."""
    own = [(vars(each).get("__doc__") or "").strip() for each in kind.__mro__ if issubclass(each, AppError)]
    said = next(text for text in own if text and text[0].isupper())
    return re.split(r"(?<=[.?!])\s", said)[0]


def _sentence(texts: list[str]) -> str:
    return next((text for text in texts if " " in text), "")


def _text(node: ast.expr | None) -> str:
    """A text in the source; what is put into it becomes `…`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return re.sub(r"…+", "…", "".join(_text(part) or "…" for part in node.values))
    return ""
