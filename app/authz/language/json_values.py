"""Values of a JSON document that know their path, so that what is wrong with one can be found."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from app.authz.language.characters import REFUSED, UNSTORABLE
from app.authz.language.checks.names import NAME, WORDS
from app.authz.language.limits import MAX_NESTING
from app.authz.language.problems import ModelProblem, ModelProblems, suggest


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it stands. Each method raises ModelProblems when the value is not what it asks for."""

    value: object
    path: tuple[str, ...] = field(default=())

    def refuse(self, reason: str, *, hint: str | None = None, code: str = "authz_model_shape") -> NoReturn:
        """Raise that this value is wrong."""
        raise ModelProblems([ModelProblem(code, reason, path=self.path, hint=hint)])

    def refuse_for(self, problems: ModelProblems) -> NoReturn:
        """Raise what is wrong with a text in the modelling language that stands here."""
        found = problems.problems
        raise ModelProblems(
            [
                ModelProblem(each.code, each.message, path=self.path, hint=each.hint, excerpt=each.excerpt)
                for each in found
            ]
        )

    def fields(self, allowed: Collection[str] | None = None) -> dict[str, Value]:
        """The values of an object by name; with `allowed`, no other names than those."""
        if not isinstance(self.value, dict):
            self.refuse(f"Expected an object, found {_kind(self.value)}.")
        found = {}
        for name, value in self.value.items():
            if not isinstance(name, str):
                self.refuse(f"Expected strings as names, found {_kind(name)}.")
            inner = Value(value, (*self.path, name))
            if allowed is not None and name not in allowed:
                listed = ", ".join(f"`{each}`" for each in allowed)
                inner.refuse(f"There is no field `{name[:64]}`; expected {listed}.", hint=suggest(name, allowed))
            found[name] = inner
        return found

    def items(self) -> Iterator[Value]:
        """The values of a list."""
        if not isinstance(self.value, list | tuple):
            self.refuse(f"Expected a list, found {_kind(self.value)}.")
        for number, value in enumerate(self.value):
            yield Value(value, (*self.path, str(number)))

    def text(self) -> str:
        """A string without control characters."""
        if not isinstance(self.value, str):
            self.refuse(f"Expected a string, found {_kind(self.value)}.")
        if found := REFUSED.search(self.value):
            reason = f"The character U+{ord(found[0]):04X} may not stand in a model."
            self.refuse(reason, code="authz_model_character")
        return self.value

    def name(self, what: str) -> str:
        """A string that can name something in the modelling language."""
        return self.checked_name(self.text(), what)

    def checked_name(self, name: str, what: str) -> str:
        """`name`, when it can be one; what is wrong is said of this value."""
        if not NAME.fullmatch(name) or name in WORDS:
            self.refuse(f"`{name[:64]}` cannot name a {what}.", code="authz_model_name")
        return name

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse(f"Expected true or false, found {_kind(self.value)}.")
        return self.value

    def plain(self) -> dict[str, object]:
        """An object of whatever JSON can say and PostgreSQL can store."""
        found = {}
        for name, inner in self.fields().items():
            inner._check_plain(name, 1)
            inner._check_plain(inner.value, 2)
            found[name] = inner.value
        return found

    def _check_plain(self, value: object, depth: int) -> None:
        if depth > MAX_NESTING and isinstance(value, dict | list):
            self.refuse(f"Values nest deeper than {MAX_NESTING} levels here.", code="authz_model_nesting")
        if isinstance(value, str):
            if UNSTORABLE.search(value):
                self.refuse("NUL and halves of surrogate pairs cannot be stored.", code="authz_model_character")
        elif isinstance(value, float):
            if not math.isfinite(value):
                self.refuse("Infinity and NaN are no JSON numbers.")
        elif isinstance(value, dict | list):
            parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
            for part in parts:
                self._check_plain(part, depth + 1)
        elif value is not None and not isinstance(value, bool | int):
            self.refuse(f"Expected a JSON value, found {_kind(value)}.")


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "true or false", str: "a string", dict: "an object", list: "a list", int: "a number"}
    return names.get(type(value), "a number" if isinstance(value, float) else f"a Python {type(value).__name__}")
