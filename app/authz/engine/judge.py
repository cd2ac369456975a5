"""The second opinion of conditions and policies on tuples that match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.authz.conditions.program import Program, compile_condition
from app.authz.engine.formulas import ALWAYS, Verdict
from app.authz.engine.lookups import Fact
from app.authz.engine.policies import PolicyName, PolicyVerdict
from app.authz.engine.schema import Schema
from app.authz.types.answers import Context
from app.authz.types.tuples import policy_of

# Policies that were asked about one question, and what they said.
Verdicts = Mapping[PolicyName, PolicyVerdict]

NOT_ASKED: Final[Verdicts] = {}


class Judge:
    """Evaluates the conditions of tuples with the context of one question; what a tuple stores wins.

    Policies are not asked here: it knows what they said, and what it does not know is undecided so far.

    Args:
        verdicts: about this question alone; another one may get others.

    Attributes:
        is_short: there was a tuple with a policy that was not asked yet.
    """

    def __init__(self, schema: Schema, context: Context, verdicts: Verdicts = NOT_ASKED) -> None:
        self.is_short = False
        self._schema = schema
        self._context = context
        self._verdicts = verdicts

    def __call__(self, fact: Fact) -> Verdict:
        """What the condition of a tuple says; a tuple without one always counts."""
        condition = fact.condition
        if condition is None:
            return ALWAYS
        policy = policy_of(condition)
        if policy is not None:
            return self._ask_policy(fact, policy)
        program = find_program(self._schema, fact.key.entity_type, condition.name)
        if program is None:
            return Verdict(None, problem=f"There is no condition {condition.name}.")
        found = program.evaluate(condition.context, self._context)
        return Verdict(found.value, found.missing, found.problem)

    def _ask_policy(self, fact: Fact, policy: str) -> Verdict:
        compiled = self._schema.types.get(fact.key.entity_type)
        name = PolicyName(compiled.scope if compiled else "", policy)
        told = self._verdicts.get(name)
        if told is None:
            self.is_short = True
            return Verdict(None, problem="The policy was not asked.", policy=name)
        problem = told.problem.message if told.problem else None
        return Verdict(told.value, problem=problem, policy=name, told=told)


def find_program(schema: Schema, type_name: str, condition: str) -> Program | None:
    """The compiled condition that tuples of a type may refer to, None when its model has none of this name."""
    found = schema.types.get(type_name)
    definition = found.conditions.get(condition) if found else None
    return compile_condition(definition) if definition else None
