"""What is wrong with a model, where, and how to mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable

from app.authz.language.characters import REFUSED
from app.authz.types.model import Position
from app.kit.errors import AppError, InputProblems, InvalidInput

# Names that are compared with a misspelled one, at most; each costs some microseconds.
_MAX_CANDIDATES = 1000
_MAX_WORD = 254
_MAX_EXCERPT = 160
_MAX_REASON = 600
_UNSHOWN = re.compile(rf"{REFUSED.pattern}|\f")


class ModelProblem(InvalidInput):
    """One mistake in a model.

    Args:
        code: stable name, `authz_model_reason`.
        reason: what is wrong, one sentence without the place.
        position: where in the text, if the model comes from a text.
        path: where in the JSON, if it comes from JSON, outermost name first.
        hint: how to mend it: what was expected, or what was perhaps meant.
        excerpt: the line in question and below it a caret at the column.
    """

    def __init__(
        self,
        code: str,
        reason: str,
        *,
        position: Position | None = None,
        path: tuple[str, ...] = (),
        hint: str | None = None,
        excerpt: str | None = None,
        is_warning: bool = False,
    ) -> None:
        reason = reason if len(reason) <= _MAX_REASON else f"{reason[:_MAX_REASON]}…"
        super().__init__(code, f"{place_of(position, path)}{reason}", field=path)
        self.reason = reason
        self.position = position
        self.hint = hint
        self.excerpt = excerpt
        self.is_warning = is_warning

    def show_in(self, text: str) -> ModelProblem:
        """The same problem with the line of `text` that it is about as its excerpt."""
        return ModelProblem(
            self.code,
            self.reason,
            position=self.position,
            path=self.field,
            hint=self.hint,
            excerpt=excerpt_of(text, self.position) if self.position else None,
            is_warning=self.is_warning,
        )

    def render(self, name: str = "model") -> str:
        """As a compiler prints it: place and reason, the line with a caret, the hint. `name` is the file's."""
        kind = "warning" if self.is_warning else "error"
        place = f"{name}:{self.position.line}:{self.position.column}" if self.position else name
        where = "" if self.position else place_of(None, self.field)
        return "\n".join(
            part for part in (f"{place}: {kind}: {where}{self.reason}", self.excerpt, self.hint) if part is not None
        )


class ModelProblems(InputProblems):
    """All that is wrong with a model; at least one problem."""

    problems: tuple[ModelProblem, ...]

    def __init__(self, problems: Iterable[ModelProblem]) -> None:
        found: list[AppError] = list(problems)
        super().__init__(found)


def place_of(position: Position | None, path: tuple[str, ...]) -> str:
    """`Line 3, column 7: `, or the path of a value in JSON, or nothing."""
    if position:
        return f"Line {position.line}, column {position.column}: "
    return f"{dotted(path)}: " if path else ""


def dotted(path: tuple[str, ...]) -> str:
    """`types.document.relations.owner.subjects[0]`."""
    return "".join(f"[{part}]" if part.isdigit() else f".{part[:64]}" for part in path).removeprefix(".")


def excerpt_of(text: str, position: Position) -> str | None:
    """A line of the text and, below it, a caret at the column; None when there is no such line.

    Of a long line it is what surrounds the column. What a terminal would obey is shown as U+FFFD.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not 1 <= position.line <= len(lines):
        return None
    start = max(position.column - 1 - _MAX_EXCERPT // 2, 0)
    line = _UNSHOWN.sub("\ufffd", lines[position.line - 1][start : start + _MAX_EXCERPT])
    before = line[: position.column - 1 - start]
    # Tabs stay tabs, so that the caret stands where the eye expects it.
    margin = "".join("\t" if char == "\t" else " " for char in before)
    return f"{line.rstrip()}\n{margin}^"


def suggest(word: str, candidates: Collection[str]) -> str | None:
    """`Did you mean …?` when a candidate is spelled like the word."""
    if len(candidates) > _MAX_CANDIDATES or len(word) > _MAX_WORD:
        return None
    close = difflib.get_close_matches(word, sorted(candidates), n=1, cutoff=0.6)
    return f"Did you mean `{close[0]}`?" if close else None
