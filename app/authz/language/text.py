"""Reads models from text."""

from __future__ import annotations

import difflib
import re
from typing import cast

from lark import Token
from lark.exceptions import UnexpectedInput

from app.authz.language import limits
from app.authz.language.characters import REFUSED
from app.authz.language.grammar import Body, Parsed, Unfinished, grammar, position_of
from app.authz.language.problems import ModelProblem, ModelProblems
from app.authz.language.rewrites import walk
from app.authz.language.syntax import explain
from app.authz.types.model import (
    Arrow,
    Assertion,
    Computed,
    Condition,
    Direct,
    Model,
    Position,
    Relation,
    Rewrite,
    TypeDefinition,
)

_COMMENT = re.compile(r"[ \t\f]*#[^\n]*")
_VERSIONS = {"1.1", "1.2"}
# A statement that stands alone: after a mistake in one, reading goes on behind it.
_STATEMENTS = ("define", "check")
# Reading again after each mistake is for texts that people write by hand.
_MAX_RECOVERED = 64 * 1024


def parse_model(text: str) -> Model:
    """The model that a text describes, with positions.

    Names are not looked up and sense is not tested here: that is `validate.find_problems`.

    Raises:
        ModelProblems: the text is not of the language, or exceeds a bound.
    """
    model = parse_kept(text)
    require_bounds(model, text)
    return model


def require_bounds(model: Model, text: str) -> None:
    """Refuse a model of which there is too much.

    Raises:
        ModelProblems: it exceeds a bound.
    """
    if problems := find_excess(model):
        source = _clean(text)
        raise ModelProblems([problem.show_in(source) for problem in problems])


def parse_kept(text: str) -> Model:
    """The model of a text that is in force already: a bound that came later must not put it, and all others, out of it.

    Raises:
        ModelProblems: the text is not of the language.
    """
    source = _clean(text)
    problems: list[ModelProblem] = []
    rest: str | None = source
    while rest is not None and len(problems) < limits.MAX_SYNTAX_PROBLEMS:
        try:
            parsed = cast("Parsed", _read(rest, "model"))
        except _Refused as refused:
            problems.append(refused.problem.show_in(source))
            rest = _skip_statement(rest, refused)
        else:
            if not problems:
                return _finish(parsed, source)
            break
    raise ModelProblems(problems)


def parse_rewrite(text: str) -> Rewrite:
    """A rewrite alone, as in `viewer from parent and owner`. Positions count from its begin.

    Raises:
        ModelProblems: the text is no rewrite.
    """
    source = _clean(text)
    try:
        return cast("Rewrite", _read(source, "only_rewrite"))
    except _Refused as refused:
        raise ModelProblems([refused.problem.show_in(source)]) from refused


def parse_expression(text: str) -> str:
    """The CEL expression in a text, without comments of ours and outer space. It is read as far as its end only.

    Raises:
        ModelProblems: a bracket or string is left open, or there is nothing.
    """
    source = "{\n" + _clean(text) + "\n}"
    try:
        return _expression(cast("Body", _read(source, "only_body")), source)
    except _Refused as refused:
        problem = refused.problem
        raise ModelProblems([ModelProblem(problem.code, problem.reason, hint=problem.hint)]) from refused


class _Refused(Exception):
    """The text is not of the language. `line` is where reading stopped; the problem may begin above."""

    def __init__(self, problem: ModelProblem, line: int) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.line = line


def _read(source: str, start: str) -> object:
    try:
        return grammar().parse(source, start=start)
    except UnexpectedInput as error:
        raise _Refused(explain(error, source), error.line) from error
    except ModelProblem as problem:
        raise _Refused(problem, problem.position.line if problem.position else 1) from problem


def _clean(text: str) -> str:
    if len(text) > limits.MAX_TEXT_BYTES or len(text.encode("utf-8", "surrogatepass")) > limits.MAX_TEXT_BYTES:
        reason = f"The text is larger than {limits.MAX_TEXT_BYTES // 1024} KiB."
        raise ModelProblems([ModelProblem("authz_model_too_large", reason)])
    source = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if found := REFUSED.search(source):
        before = source[: found.start()]
        position = Position(before.count("\n") + 1, found.start() - (before.rfind("\n") + 1) + 1)
        reason = f"The character U+{ord(found[0]):04X} may not stand in a model."
        raise ModelProblems([ModelProblem("authz_model_character", reason, position=position).show_in(source)])
    return source


def _skip_statement(source: str, refused: _Refused) -> str | None:
    """The text without the statement that the problem is about, its lines kept; None when none can be left out."""
    position = refused.problem.position
    if position is None or len(source) > _MAX_RECOVERED:
        return None
    lines = source.split("\n")
    first = min(position.line, len(lines)) - 1
    last = min(refused.line, len(lines)) - 1
    if last > first:
        # A bracket left open: the statement ends before the line that was refused.
        last -= 1
    words = lines[first].split(maxsplit=1)
    if not words or not difflib.get_close_matches(words[0][:16], _STATEMENTS, n=1, cutoff=0.7):
        return None
    return "\n".join([*lines[:first], *[""] * (last + 1 - first), *lines[last + 1 :]])


def _finish(parsed: Parsed, source: str) -> Model:
    types = tuple(item for item in parsed.items if isinstance(item, TypeDefinition))
    conditions = tuple(_condition(item, source) for item in parsed.items if isinstance(item, Unfinished))
    sections = (item for item in parsed.items if isinstance(item, tuple))
    assertions = tuple(part for section in sections for part in section if isinstance(part, Assertion))
    model = Model(types, conditions, assertions)
    if problems := _find_version_problem(parsed.version):
        raise ModelProblems([problem.show_in(source) for problem in problems])
    return model


def _find_version_problem(version: Token) -> list[ModelProblem]:
    if version in _VERSIONS:
        return []
    reason = f"Schema {version} is not supported; expected `1.1`."
    hint = "Since 1.1 a relation says whom its tuples name, as in `define viewer: [user] or editor`."
    return [
        ModelProblem(
            "authz_model_version", reason, position=position_of(version), hint=hint if version == "1.0" else None
        )
    ]


def _condition(found: Unfinished, source: str) -> Condition:
    first = found.body.tokens[0]
    return Condition(str(found.name), found.parameters, _expression(found.body, source), position_of(first))


def _expression(body: Body, source: str) -> str:
    """What stands between the first word and the last, as it was written but for comments."""
    first, last = body.tokens[0], body.tokens[-1]
    start, end = first.start_pos or 0, last.end_pos or 0
    if "#" not in source[start:end]:
        return source[start:end]
    parts: list[str] = []
    for token in body.tokens:
        gap = source[start : token.start_pos]
        parts += [_COMMENT.sub("", gap) if "#" in gap else gap, str(token)]
        start = token.end_pos or 0
    return "".join(parts)


def find_excess(model: Model) -> list[ModelProblem]:
    """What there is too much of in a model, one problem for each bound that it exceeds."""
    found = [
        _excess("types", len(model.types), limits.MAX_TYPES),
        _excess("conditions", len(model.conditions), limits.MAX_CONDITIONS),
        _excess("assertions", len(model.assertions), limits.MAX_ASSERTIONS),
    ]
    for kind in model.types:
        found.append(_excess(f"relations in `{kind.name}`", len(kind.relations), limits.MAX_RELATIONS, kind.at))
        found.append(_excess(f"permissions in `{kind.name}`", len(kind.permissions), limits.MAX_PERMISSIONS, kind.at))
        found += [_find_excess_parts(kind, each) for each in kind.relations]
    for condition in model.conditions:
        what = f"characters in the expression of `{condition.name}`"
        found.append(_excess(what, len(condition.expression), limits.MAX_EXPRESSION, condition.at))
    return [problem for problem in found if problem]


def _find_excess_parts(kind: TypeDefinition, relation: Relation) -> ModelProblem | None:
    count = sum(isinstance(part, Direct | Computed | Arrow) for part in walk(relation.rewrite))
    return _excess(f"parts in `{kind.name}#{relation.name}`", count, limits.MAX_PARTS, relation.at)


def _excess(what: str, number: int, limit: int, at: Position | None = None) -> ModelProblem | None:
    if number <= limit:
        return None
    return ModelProblem("authz_model_too_many", f"There are {number} {what}; at most {limit} may be.", position=at)
