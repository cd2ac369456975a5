"""What can go wrong with conditions, and what goes wrong inside this package."""

from __future__ import annotations

from app.authz.types import Position
from app.kit.errors import InvalidInput


class ConditionInvalid(InvalidInput):
    """A condition that means nothing or could cost too much.

    Attributes:
        condition: its name.
        at: where in the text of the model; in the expression, if the condition does not say where it stands.
    """

    def __init__(self, reason: str, *, condition: str, at: Position) -> None:
        super().__init__(
            "authz_condition_invalid",
            f"Condition {condition}, line {at.line}, column {at.column}: {reason}",
            field=("conditions", condition),
        )
        self.condition = condition
        self.at = at


class ConditionContextInvalid(InvalidInput):
    """What a tuple stores for its condition does not fit. `parameter` is empty if it is the whole."""

    def __init__(self, reason: str, *, parameter: str = "") -> None:
        super().__init__("authz_condition_context", reason, field=("context", *filter(None, [parameter])))
        self.parameter = parameter


class SourceFault(ValueError):
    """Something is wrong at an offset (in characters, from 0) of an expression. It does not leave this package."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


class Misfit(ValueError):
    """A value is not of its parameter's type; the text completes `Parameter x …`. It does not leave this package."""


class CallFault(ValueError):
    """A function of ours can not use what it was given; a public sentence. It does not leave this package."""
