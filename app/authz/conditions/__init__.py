"""Conditions on tuples, written in CEL as OpenFGA writes them.

An expression is read by our own parser first: it knows where what is wrong, which parameters are used, which types do
not fit and what an evaluation may cost. The library evaluates what was found good. Nobody else imports it.
"""

from app.authz.conditions.errors import ConditionContextInvalid, ConditionInvalid
from app.authz.conditions.program import Program, Verdict, compile_condition

__all__ = ["ConditionContextInvalid", "ConditionInvalid", "Program", "Verdict", "compile_condition"]
