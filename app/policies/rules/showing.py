"""What is shown of a run to who keeps the policy: who manages a client need not be let see its users. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from app.policies.types import Context

OWN_WORDS: Final = "The script raised an error of its own."
_KEPT: Final = 256
_TYPE: Final = r"(?:nil|boolean|number|string|table|function|userdata|thread|no value)"
_NAMED: Final = r"'(?P<name>[A-Za-z_]\w*|\?)'"
_PLACE: Final = rf"(?: \((?:local|global|field|upvalue|method|constant) {_NAMED}\))?"
_OF_LUA: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"attempt to (?:index|call|concatenate|get length of) an? {_TYPE} value{_PLACE}",
        rf"attempt to perform (?:arithmetic|bitwise operation) on an? {_TYPE} value{_PLACE}",
        rf"attempt to compare {_TYPE} with {_TYPE}",
        rf"attempt to compare two {_TYPE} values",
        r"attempt to (?:perform 'n(?://|%%?)0'|divide by zero)",
        rf"number{_PLACE} has no integer representation",
        r"'for' (?:initial value|limit|step) (?:must be a number|is zero)",
        rf"bad 'for' (?:initial value|limit|step) \({_TYPE} expected, got {_TYPE}\)",
        rf"bad argument #\d{{1,2}} to {_NAMED} \({_TYPE} expected, got {_TYPE}\)",
        r"assertion failed!",
        r"The script calls itself too deeply\.",
    )
)
_WORD: Final = re.compile(r"[A-Za-z_]\w*")


def show_context(scope: str, context: Context) -> Context:
    """A context as whoever keeps the policies of a scope may read it.

    Of a user, a client's own policy shows the id and the names of the attributes; one of the installation's shows all.
    What is shown already stays as it is.
    """
    user = context.get("user")
    if not scope or not isinstance(user, Mapping):
        return context
    attributes = user.get("attributes")
    names = sorted(map(str, attributes)) if isinstance(attributes, Mapping) else attributes
    kept = names if isinstance(names, list) else []
    return {**context, "user": {"id": user.get("id"), "attributes": kept}}


def show_reason(source: str, reason: str) -> str:
    """What Lua itself says of a failure; where a script raised its own text, that it did.

    A script can raise whatever it saw. Lua's own messages hold words of the source and the names of types, no values.
    """
    for pattern in _OF_LUA:
        if found := pattern.fullmatch(reason):
            name = found.groupdict().get("name")
            return reason if name in (None, "?") or name in _words_of(source) else OWN_WORDS
    return OWN_WORDS


@lru_cache(maxsize=_KEPT)
def _words_of(source: str) -> frozenset[str]:
    return frozenset(_WORD.findall(source))
