"""Three-valued answers and bounds on them (strong Kleene logic).

`FALSE < UNDECIDED < TRUE`. A bound `(low, high)` says what is known so far: a question that was not
followed yet lies anywhere between `FALSE` and `TRUE`.
"""

from __future__ import annotations

from typing import Final, TypeAlias

FALSE: Final = 0
UNDECIDED: Final = 1
TRUE: Final = 2

Value: TypeAlias = int
Bound: TypeAlias = tuple[Value, Value]

NO: Final[Bound] = (FALSE, FALSE)
MAYBE: Final[Bound] = (UNDECIDED, UNDECIDED)
YES: Final[Bound] = (TRUE, TRUE)
OPEN: Final[Bound] = (FALSE, TRUE)

_OF_VERDICT: Final[dict[bool | None, Bound]] = {True: YES, False: NO, None: MAYBE}


def of_verdict(verdict: bool | None) -> Bound:
    """The bound of a condition's verdict; None is undecided."""
    return _OF_VERDICT[verdict]


def negate(bound: Bound) -> Bound:
    """`not`: undecided stays so."""
    return (TRUE - bound[1], TRUE - bound[0])


def both(left: Bound, right: Bound) -> Bound:
    """`and`: false wins over undecided."""
    return (min(left[0], right[0]), min(left[1], right[1]))


def either(left: Bound, right: Bound) -> Bound:
    """`or`: true wins over undecided."""
    return (max(left[0], right[0]), max(left[1], right[1]))
