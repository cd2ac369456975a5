"""Relations that are not plain: conditions, `and`, `but not`. Sets are tested first; what hits has to be confirmed.

The value of a question is that of the best way to it: the worst that lies on the way counts, of all ways the best
does. A circle adds no better way, so it needs no care. Parts of `and`, and what is subtracted, are questions of
their own; that these do not come round to themselves has been made sure before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from app.authz.conditions.program import Program as Condition
from app.authz.engine.index.containers import each_of
from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.numbers import MASK, Numbers
from app.authz.engine.index.plain import Test
from app.authz.engine.index.programs import Program
from app.authz.engine.index.tables import Table
from app.authz.engine.values import FALSE, TRUE, UNDECIDED, Value
from app.authz.engine.walk import MAX_WORK
from app.authz.errors import WorkExceeded
from app.authz.types.answers import Context
from app.authz.types.tuples import ConditionRef

_VALUES: Final[Mapping[bool | None, Value]] = {True: TRUE, False: FALSE, None: UNDECIDED}
_Step: TypeAlias = tuple[Program, int | None, Value]


@dataclass(frozen=True, slots=True)
class Rules:
    """What evaluations share.

    Attributes:
        program_of: the program of a relation of a type (its id).
        test_of: the quick test of a program, if there is one.
        tracked: programs of relations that stand as usersets and are not plain, by type and offset.
        condition_of: a compiled condition of a table's model, None if it has none of the name.
    """

    numbers: Numbers
    program_of: Callable[[int, str], Program | None]
    test_of: Callable[[Program], Test | None]
    tracked: Mapping[tuple[int, int], Program]
    condition_of: Callable[[Table, str], Condition | None]

    def judge(self, table: Table, condition: ConditionRef, context: Context) -> Value:
        """What the condition of a tuple says. One that the model does not have decides nothing, nor does a policy."""
        compiled = self.condition_of(table, condition.name)
        if compiled is None:
            return UNDECIDED
        return _VALUES[compiled.evaluate(condition.context, context).value]


class Evaluation:
    """One subject and one context; values of parts are found out once."""

    __slots__ = ("_context", "_known", "_nodes", "_rules", "_work_left")

    def __init__(self, rules: Rules, nodes: Closure, context: Context) -> None:
        self._rules = rules
        self._nodes = nodes
        self._context = context
        self._known: dict[tuple[Program, int | None], Value] = {}
        self._work_left = MAX_WORK

    def value(self, program: Program, number: int | None) -> Value:
        """The value of a program for an entity; a number of None is an entity that no tuple names.

        Raises:
            WorkExceeded: it leads through too many tuples.
        """
        test = self._rules.test_of(program)
        if test is not None:
            return TRUE if test.holds(self._nodes, number) else FALSE
        best = self._known.get((program, number))
        if best is not None:
            return best
        best = FALSE
        ways: dict[tuple[Program, int | None], Value] = {}
        waiting: list[_Step] = [(program, number, TRUE)]
        while waiting and best != TRUE:
            at, where, level = waiting.pop()
            if level > best and level > ways.get((at, where), FALSE):
                ways[at, where] = level
                best = max(best, self._visit(at, where, level, waiting))
        self._known[program, number] = best
        return best

    def _visit(self, program: Program, number: int | None, level: Value, waiting: list[_Step]) -> Value:
        self._spend()
        test = self._rules.test_of(program)
        if test is not None:
            return level if test.holds(self._nodes, number) else FALSE
        is_apart = self._nodes.isdisjoint
        for found in program.grants_of(number):
            if found in self._nodes if isinstance(found, int) else not is_apart(found):
                return level
        best = self._direct(program, number, level, waiting)
        self._follow(program, number, level, waiting)
        for parts in program.all_of:
            best = max(best, min(level, self._all_of(parts, number)))
        for base, subtracted in program.but_not:
            left = TRUE - self.value(subtracted, number)
            if left != FALSE:
                waiting.append((base, number, min(level, left)))
        return best

    def _all_of(self, parts: tuple[Program, ...], number: int | None) -> Value:
        worst = TRUE
        for part in parts:
            worst = min(worst, self.value(part, number))
            if worst == FALSE:
                break
        return worst

    def _direct(self, program: Program, number: int | None, level: Value, waiting: list[_Step]) -> Value:
        """Tuples with conditions, and those that name usersets which closures cannot hold."""
        best = FALSE
        for table in program.tables:
            for each in self._places(program, number):
                for node in each_of(table.open.get(each)) if table.open else ():
                    self._enter(node, level, waiting)
                for node, condition in table.conditioned.get(each, {}).items():
                    is_open = node > MASK and self._rules.numbers.part_of(node) in self._rules.tracked
                    if not is_open and node not in self._nodes:
                        continue
                    value = min(level, self._judge(table, condition))
                    if not is_open:
                        best = max(best, value)
                    elif value != FALSE:
                        self._enter(node, value, waiting)
        return best

    def _follow(self, program: Program, number: int | None, level: Value, waiting: list[_Step]) -> None:
        for table, relation in program.links:
            for each in self._places(program, number):
                for parent in each_of(table.grants.get(each)):
                    self._enter_entity(parent, relation, level, waiting)
                for parent, condition in table.conditioned.get(each, {}).items():
                    value = min(level, self._judge(table, condition))
                    if value != FALSE:
                        self._enter_entity(parent, relation, value, waiting)

    def _enter(self, node: int, level: Value, waiting: list[_Step]) -> None:
        self._spend()
        waiting.append((self._rules.tracked[self._rules.numbers.part_of(node)], node & MASK, level))

    def _enter_entity(self, node: int, relation: str, level: Value, waiting: list[_Step]) -> None:
        self._spend()
        if node > MASK or self._rules.numbers.is_star(node):
            return
        program = self._rules.program_of(self._rules.numbers.types[node], relation)
        if program is not None:
            waiting.append((program, node, level))

    def _places(self, program: Program, number: int | None) -> Iterator[int]:
        if number is not None:
            yield number
        if program.kind.stars and number != program.kind.star:
            yield program.kind.star

    def _judge(self, table: Table, condition: ConditionRef) -> Value:
        self._spend()
        return self._rules.judge(table, condition, self._context)

    def _spend(self) -> None:
        self._work_left -= 1
        if self._work_left < 0:
            raise WorkExceeded
