"""The types of CEL and what its operators and functions take and give.

`any` fits everywhere. Numbers of different types compare but do not add up, as in the language's definition.
"""

from __future__ import annotations

from app.authz.types import ParameterType

ANY, BOOL, INT = ParameterType("any"), ParameterType("bool"), ParameterType("int")
NUMBERS = {"int", "uint", "double"}
TYPE_NAMES = {"bool", "bytes", "double", "int", "list", "map", "string", "type", "uint"}

_ORDERED = {*NUMBERS, "bool", "string", "bytes", "duration", "timestamp"}
_TIMES = {("timestamp", "duration"): "timestamp", ("duration", "duration"): "duration"}
_ARITHMETIC: dict[str, dict[tuple[str, str], str]] = {
    "+": {
        **{(name, name): name for name in (*NUMBERS, "string", "bytes", "list")},
        **_TIMES,
        ("duration", "timestamp"): "timestamp",
    },
    "-": {**{(name, name): name for name in NUMBERS}, **_TIMES, ("timestamp", "timestamp"): "duration"},
    "*": {(name, name): name for name in NUMBERS},
    "/": {(name, name): name for name in NUMBERS},
    "%": {("int", "int"): "int", ("uint", "uint"): "uint"},
}

# Result, then the types that the one argument may have.
_SIZED = ("int", "string", "bytes", "list", "map")
_CONVERSIONS = {
    "size": _SIZED,
    "int": ("int", *NUMBERS, "string", "timestamp"),
    "uint": ("uint", *NUMBERS, "string"),
    "double": ("double", *NUMBERS, "string"),
    "string": ("string", *NUMBERS, "string", "bytes", "bool", "timestamp", "duration", "ipaddress"),
    "bytes": ("bytes", "string"),
    "bool": ("bool", "bool", "string"),
    "timestamp": ("timestamp", "string", "int", "timestamp"),
    "duration": ("duration", "string", "duration"),
    "ipaddress": ("ipaddress", "string", "ipaddress"),
}
# Result, target, arguments.
_TEXT = ("bool", "string", ("string",))
_METHODS = {
    "startsWith": _TEXT,
    "endsWith": _TEXT,
    "contains": _TEXT,
    "matches": _TEXT,
    "in_cidr": ("bool", "ipaddress", ("string",)),
}
_OF_DAY = {"getHours", "getMinutes", "getSeconds", "getMilliseconds"}
FIELDS_OF_TIME = _OF_DAY | {"getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"}

# What the library lacks, or does without a bound, is ours. It prefers its own functions, so calls are renamed: these
# always, those by the type of the first argument.
OURS = {"matches": "auther_matches", "in_cidr": "auther_in_cidr", "ipaddress": "auther_address"}
RENAMED = {
    ("size", "string"): "auther_size",
    ("size", "any"): "auther_size",
    ("int", "timestamp"): "auther_seconds",
    ("timestamp", "int"): "auther_moment",
    ("timestamp", "timestamp"): "auther_same",
    ("duration", "duration"): "auther_same",
    ("bool", "bool"): "auther_same",
    ("bool", "string"): "auther_truth",
    ("string", "bool"): "auther_words",
    ("string", "ipaddress"): "auther_same",
    ("string", "timestamp"): "auther_time_text",
    ("string", "duration"): "auther_length_text",
    ("ipaddress", "ipaddress"): "auther_same",
}


def fits(given: str, wanted: str) -> bool:
    """Whether a value of one type may stand where another is wanted."""
    return given == wanted or "any" in (given, wanted)


def join(left: ParameterType, right: ParameterType) -> ParameterType:
    """The type of what may be either."""
    return left if left == right else ANY


def is_comparable(left: ParameterType, right: ParameterType) -> bool:
    """Whether `==` may stand between the two."""
    if {left.name, right.name} <= NUMBERS or "null" in (left.name, right.name) or not fits(left.name, right.name):
        return {left.name, right.name} <= NUMBERS or "null" in (left.name, right.name)
    return is_comparable(left.item or ANY, right.item or ANY) if left.item or right.item else True


def operator_result(operator: str, left: ParameterType, right: ParameterType) -> ParameterType | None:
    """What a binary operator gives; None if it does not take these types."""
    if operator in ("&&", "||"):
        return BOOL if fits(left.name, "bool") and fits(right.name, "bool") else None
    if operator in ("==", "!="):
        return BOOL if is_comparable(left, right) else None
    if operator == "in":
        is_member = right.name == "any" or (right.name in ("list", "map") and _is_item(left, right))
        return BOOL if is_member else None
    if operator in _ARITHMETIC:
        return _add_up(operator, left, right)
    names = {left.name, right.name} - {"any"}
    return BOOL if names <= _ORDERED and (len(names) <= 1 or names <= NUMBERS) else None


def _is_item(left: ParameterType, right: ParameterType) -> bool:
    return right.name == "map" or is_comparable(left, right.item or ANY)


def _add_up(operator: str, left: ParameterType, right: ParameterType) -> ParameterType | None:
    table = _ARITHMETIC[operator]
    found = {result for (one, other), result in table.items() if fits(left.name, one) and fits(right.name, other)}
    if not found:
        return None
    if found == {"list"}:
        return ParameterType("list", join(left.item or ANY, right.item or ANY))
    return ParameterType(found.pop()) if len(found) == 1 else ANY


def function_result(name: str, arguments: list[str]) -> ParameterType | str | None:
    """What a function gives; a text says what it wants instead; None: there is no such function."""
    if name in ("type", "dyn"):
        return ParameterType("type" if name == "type" else "any") if len(arguments) == 1 else "one argument"
    if name not in _CONVERSIONS:
        return None
    result, *accepted = _CONVERSIONS[name]
    if len(arguments) == 1 and any(fits(arguments[0], one) for one in accepted):
        return ParameterType(result)
    return "one argument: " + ", ".join(dict.fromkeys(accepted))


def method_result(name: str, target: str, arguments: list[str]) -> ParameterType | str | None:
    """What a method gives; a text says what it wants instead; None: there is no such method."""
    if name == "size":
        return INT if not arguments and any(fits(target, one) for one in _SIZED[1:]) else "nothing, after a collection"
    if name in FIELDS_OF_TIME:
        is_zone = len(arguments) == 1 and fits(arguments[0], "string") and fits(target, "timestamp")
        is_plain = not arguments and (fits(target, "timestamp") or (target == "duration" and name in _OF_DAY))
        return INT if is_zone or is_plain else "nothing or a time zone, after a timestamp"
    if name not in _METHODS:
        return None
    result, wanted, parameters = _METHODS[name]
    given = [target, *arguments]
    if len(given) == 1 + len(parameters) and all(map(fits, given, (wanted, *parameters))):
        return ParameterType(result)
    return f"{' and '.join(parameters)}, after {wanted}"
