"""Conditions ready to be evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from app.authz.conditions.checker import Checked, check
from app.authz.conditions.cost import MIN_WEIGHT, find_max_weight, is_weightless, weigh
from app.authz.conditions.errors import ConditionContextInvalid, ConditionInvalid, Misfit, SourceFault
from app.authz.conditions.patterns import MAX_PRICE, price_of
from app.authz.conditions.runtime import EvaluationFault, Executable, Toolbox, Unparsable, read_literal
from app.authz.conditions.syntax import Node, parse
from app.authz.conditions.values import Converter, converter_of
from app.authz.types import Condition, Parameter, Position

# As JSON: what a tuple may keep for its condition.
MAX_STORED_BYTES = 32 * 1024
# Compiled programs that a process keeps.
CACHED_PROGRAMS = 2_048
_PLACE = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?([^\n]*)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an evaluation came to.

    Attributes:
        value: None: undecided.
        missing: parameters that the expression needs and nobody gave.
        problem: why it is undecided, in a public sentence.
    """

    value: bool | None
    missing: tuple[str, ...] = ()
    problem: str | None = None


TOO_HEAVY = "The condition was given more than it can go through in time."
_YES, _NO = Verdict(True), Verdict(False)


class Program:
    """A compiled condition. It keeps nothing between evaluations; threads may share it."""

    __slots__ = ("_converters", "_executable", "_max_weight", "_needed", "_weighed")

    def __init__(self, parameters: tuple[Parameter, ...], checked: Checked, executable: Executable, limit: int) -> None:
        self._converters = _converters(parameters)
        self._needed = tuple((name, convert) for name, convert in self._converters.items() if name in checked.used)
        self._weighed = checked.used & {each.name for each in parameters if not is_weightless(each.type)}
        self._executable = executable
        self._max_weight = limit

    @property
    def needed(self) -> tuple[str, ...]:
        """The parameters that the expression uses, in the order of their declaration."""
        return tuple(name for name, _ in self._needed)

    def evaluate(self, stored: Mapping[str, Any], given: Mapping[str, Any]) -> Verdict:
        """Whether the condition holds; it raises nothing, whatever it is given.

        A parameter that is used and missing leaves it undecided, even if the other side of an `||` is true.

        Args:
            stored: what the tuple keeps, as JSON; it wins.
            given: the context of the request, as JSON; what is not a parameter does not count.
        """
        values: dict[str, object] = {}
        missing: tuple[str, ...] = ()
        problem = None
        room = self._max_weight
        for name, convert in self._needed:
            source = stored if name in stored else given
            if name not in source:
                missing += (name,)
                continue
            value = source[name]
            if name in self._weighed and room >= 0:
                room -= weigh(value, room)
            if room < 0:
                continue
            try:
                values[name] = convert(value)
            except Misfit as misfit:
                problem = problem or f"Parameter {name} {misfit}"
        if missing or problem:
            return Verdict(None, missing, problem or f"The condition needs {', '.join(missing)}.")
        return self._run(values) if room >= 0 else Verdict(None, (), TOO_HEAVY)

    def _run(self, values: dict[str, object]) -> Verdict:
        try:
            result = self._executable.run(values)
        except EvaluationFault as fault:
            return Verdict(None, (), str(fault))
        if isinstance(result, bool):
            return _YES if result else _NO
        return Verdict(None, (), "The condition gives something that is not true or false.")

    def check_stored(self, stored: Mapping[str, Any]) -> None:
        """Whether a tuple may keep this for the condition: known parameters of the right types, not too much.

        Raises:
            ConditionContextInvalid: it may not.
        """
        for name, value in stored.items():
            if name not in self._converters:
                raise ConditionContextInvalid(f"The condition has no parameter {name!s:.64}.", parameter=str(name)[:64])
            try:
                self._converters[name](value)
            except Misfit as misfit:
                raise ConditionContextInvalid(f"Parameter {name} {misfit}", parameter=name) from None
        try:
            size = len(orjson.dumps(dict(stored)))
        except orjson.JSONEncodeError:
            raise ConditionContextInvalid("The context of a condition has to be what JSON knows.") from None
        if size > MAX_STORED_BYTES:
            raise ConditionContextInvalid(f"The context of a condition may have {MAX_STORED_BYTES} bytes at most.")


def compile_condition(condition: Condition) -> Program:
    """The program of a condition, from a cache that the process shares.

    Raises:
        ConditionInvalid: it means nothing or could cost too much.
    """
    try:
        return _build(condition.expression, condition.parameters)
    except SourceFault as fault:
        at = _locate(condition.expression, fault.offset, condition.at or Position(1, 1))
        raise ConditionInvalid(fault.reason, condition=condition.name, at=at) from None
    except _ParameterFault as fault:
        at = fault.parameter.at or condition.at or Position(1, 1)
        raise ConditionInvalid(str(fault), condition=condition.name, at=at) from None


class _ParameterFault(ValueError):
    def __init__(self, reason: str, parameter: Parameter) -> None:
        super().__init__(reason)
        self.parameter = parameter


def _locate(expression: str, offset: int, begin: Position) -> Position:
    before = expression[:offset]
    line = before.count("\n")
    column = offset - (before.rfind("\n") + 1)
    return Position(begin.line + line, column + (1 if line else begin.column))


@lru_cache(maxsize=CACHED_PROGRAMS)
def _build(expression: str, parameters: tuple[Parameter, ...]) -> Program:
    _converters(parameters)
    tree = parse(expression)
    checked = check(tree, {parameter.name: parameter.type for parameter in parameters})
    max_weight = find_max_weight(tree, checked.types, checked.tools)
    if max_weight < MIN_WEIGHT:
        raise SourceFault("Evaluating this could take too long: loops inside loops, or what grows in them.", 0)
    executable = _compile(expression, checked)
    for pattern in checked.patterns:
        _check_pattern(expression, pattern)
    return Program(parameters, checked, executable, max_weight)


def _converters(parameters: tuple[Parameter, ...]) -> dict[str, Converter]:
    found: dict[str, Converter] = {}
    for parameter in parameters:
        convert = converter_of(parameter.type)
        if convert is None:
            raise _ParameterFault(f"There is no type {parameter.type} for {parameter.name}.", parameter)
        if parameter.name in found:
            raise _ParameterFault(f"Parameter {parameter.name} is declared twice.", parameter)
        found[parameter.name] = convert
    return found


def _compile(expression: str, checked: Checked) -> Executable:
    source = expression
    for edit in reversed(checked.edits):
        source = source[: edit.at] + edit.text + source[edit.end :]
    try:
        return Executable(source, checked.tools)
    except Unparsable as error:
        place = _PLACE.search(str(error))
        if place is None:
            raise SourceFault("This is not CEL.", 0) from None
        # The line is right; the column too, unless something before it in the line was rewritten.
        lines = expression.split("\n")[: int(place[1]) - 1]
        raise SourceFault(
            f"This is not CEL: {place[3]}.", sum(len(line) + 1 for line in lines) + int(place[2]) - 1
        ) from None


def _check_pattern(expression: str, literal: Node) -> None:
    try:
        pattern = str(read_literal(expression[literal.at : literal.end]))
        if price_of(pattern) <= MAX_PRICE:
            Toolbox().matches("", pattern)
            return
    except (Unparsable, EvaluationFault, ValueError):
        raise SourceFault("This regular expression is malformed.", literal.at) from None
    raise SourceFault("This regular expression is too costly.", literal.at)
