"""The second opinion of conditions on tuples that match."""

from __future__ import annotations

from app.authz.conditions.program import Program, compile_condition
from app.authz.engine.formulas import ALWAYS, Verdict
from app.authz.engine.lookups import Fact
from app.authz.engine.schema import Schema
from app.authz.types.answers import Context


class Judge:
    """Evaluates the conditions of tuples with the context of one question; what a tuple stores wins."""

    def __init__(self, schema: Schema, context: Context) -> None:
        self._schema = schema
        self._context = context

    def __call__(self, fact: Fact) -> Verdict:
        """What the condition of a tuple says; a tuple without one always counts."""
        condition = fact.condition
        if condition is None:
            return ALWAYS
        program = find_program(self._schema, fact.key.entity_type, condition.name)
        if program is None:
            return Verdict(None, problem=f"There is no condition {condition.name}.")
        found = program.evaluate(condition.context, self._context)
        return Verdict(found.value, found.missing, found.problem)


def find_program(schema: Schema, type_name: str, condition: str) -> Program | None:
    """The compiled condition that tuples of a type may refer to, None when its model has none of this name."""
    found = schema.types.get(type_name)
    definition = found.conditions.get(condition) if found else None
    return compile_condition(definition) if definition else None
