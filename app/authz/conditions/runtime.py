"""The library, and the functions that it gets from us. Only this module imports it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from time import perf_counter_ns
from zoneinfo import ZoneInfo

import cel

from app.authz.conditions.addresses import is_in_cidr, read_address
from app.authz.conditions.errors import CallFault
from app.authz.conditions.patterns import CHARACTERS_PER_STATE, MAX_PRICE, price_of
from app.authz.conditions.signatures import FIELDS_OF_TIME

# Each exception that a function raises is logged with its text, which may hold what somebody sent.
logging.getLogger("cel").setLevel(logging.CRITICAL)

# For all regular expressions of one evaluation together, in microseconds.
_PATTERN_BUDGET = 60_000
_PROBLEMS: dict[type[Exception], str] = {
    ZeroDivisionError: "It divides by zero.",
    OverflowError: "A number in it grows too large.",
    LookupError: "It reads something that is not there.",
    TypeError: "It puts values together whose types do not fit.",
}
_OFFSET = re.compile(r"([+-]?)([0-9]{2}):([0-9]{2})")
_matches = cel.compile("text.matches(pattern)")


class Unparsable(ValueError):
    """The library does not take the expression; the text is its own. It does not leave this package."""


class EvaluationFault(ValueError):
    """An evaluation came to no result; a public sentence. It does not leave this package."""


class Executable:
    """An expression that the library has compiled. Threads may share it.

    Args:
        source: an expression that the checker found good, edits applied.
        tools: names of functions of ours that it calls.

    Raises:
        Unparsable: the library does not take it.
    """

    __slots__ = ("_program", "_tools")

    def __init__(self, source: str, tools: frozenset[str]) -> None:
        try:
            self._program = cel.compile(source)
        except ValueError as error:
            raise Unparsable(str(error)) from None
        self._tools = tuple(sorted(tools))

    def run(self, values: dict[str, object]) -> object:
        """The result.

        Raises:
            EvaluationFault: there is none.
        """
        if not self._tools:
            return self._execute(values, None)
        toolbox = Toolbox()
        return self._execute(cel.Context(values, {name: toolbox.find(name) for name in self._tools}), toolbox)

    def _execute(self, context: dict[str, object] | cel.Context, toolbox: Toolbox | None) -> object:
        try:
            result: object = self._program.execute(context)
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise EvaluationFault(_explain(error, toolbox)) from None
        return result


def _explain(error: Exception, toolbox: Toolbox | None) -> str:
    if toolbox and toolbox.problem:
        return toolbox.problem
    found = next((text for kind, text in _PROBLEMS.items() if isinstance(error, kind)), None)
    return found or "A function in it can not use what it was given."


def read_literal(text: str) -> object:
    """The value of a literal."""
    return Executable(text, frozenset()).run({})


class Toolbox:
    """The functions for one evaluation, with what it may still spend on regular expressions."""

    __slots__ = ("_budget", "problem")

    def __init__(self) -> None:
        self._budget = _PATTERN_BUDGET
        self.problem = ""

    def find(self, name: str) -> Callable[..., object]:
        """The function of that name, made to keep the reason of a failure."""
        function = self.matches if name == "auther_matches" else _TOOLS[name]

        def call(*arguments: object) -> object:
            try:
                return function(*arguments)
            except (CallFault, ValueError, OverflowError) as error:
                self.problem = str(error) if isinstance(error, CallFault) else "A function in it can not use its input."
                raise

        return call

    def matches(self, text: object, pattern: object) -> bool:
        """Whether the pattern is found in the text.

        Raises:
            CallFault: the pattern is malformed, or costs too much.
        """
        if not isinstance(text, str) or not isinstance(pattern, str):
            raise CallFault("matches compares texts.")
        price = price_of(pattern)
        cost = price + price * len(text) // CHARACTERS_PER_STATE
        if price > MAX_PRICE or cost > self._budget:
            raise CallFault("A regular expression in it is too costly.")
        begin = perf_counter_ns()
        try:
            return bool(_matches.execute({"text": text, "pattern": pattern}))
        except RuntimeError:
            raise CallFault("A regular expression in it is malformed.") from None
        finally:
            self._budget -= max(cost, (perf_counter_ns() - begin) // 1000)


def _in_cidr(address: object, cidr: object) -> bool:
    if not isinstance(address, str) or not isinstance(cidr, str):
        raise CallFault("in_cidr takes an IP address and a CIDR range.")
    return is_in_cidr(address, cidr)


def _read_address(text: object) -> str:
    if not isinstance(text, str):
        raise CallFault("ipaddress takes a text.")
    return read_address(text)


def _size(value: object) -> int:
    """In characters, where the library counts bytes."""
    if not isinstance(value, str | bytes | list | dict):
        raise CallFault("size takes a text, a list or a map.")
    return len(value)


def _time_text(moment: datetime) -> str:
    fraction = f"{moment.microsecond:06}".rstrip("0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + (f".{fraction}" if fraction else "") + "Z"


def _length_text(length: timedelta) -> str:
    microseconds = length // timedelta(microseconds=1)
    whole, rest = divmod(abs(microseconds), 10**6)
    fraction = f".{rest:06}".rstrip("0").rstrip(".")
    return f"{'-' if microseconds < 0 else ''}{whole}{fraction}s"


def _truth(text: str) -> bool:
    if text not in _TRUTHS:
        raise CallFault("bool takes a text that says true or false.")
    return _TRUTHS[text]


def _field_in(name: str) -> Callable[[object, object], int]:
    def read(moment: object, zone: object) -> int:
        if not isinstance(moment, datetime) or not isinstance(zone, str):
            raise CallFault(f"{name} takes the name of a time zone, after a timestamp.")
        return _FIELDS[name](moment.astimezone(_find_zone(zone)))

    return read


def _find_zone(name: str) -> tzinfo:
    try:
        if offset := _OFFSET.fullmatch(name):
            length = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
            return timezone(-length if offset[1] == "-" else length)
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise CallFault("A time zone is not known.") from None


_TRUTHS = {"true": True, "True": True, "TRUE": True, "t": True, "1": True} | {
    "false": False, "False": False, "FALSE": False, "f": False, "0": False,
}  # fmt: skip
_FIELDS: dict[str, Callable[[datetime], int]] = {
    "getFullYear": lambda moment: moment.year,
    "getMonth": lambda moment: moment.month - 1,
    "getDate": lambda moment: moment.day,
    "getDayOfMonth": lambda moment: moment.day - 1,
    "getDayOfWeek": lambda moment: moment.isoweekday() % 7,
    "getDayOfYear": lambda moment: moment.timetuple().tm_yday - 1,
    "getHours": lambda moment: moment.hour,
    "getMinutes": lambda moment: moment.minute,
    "getSeconds": lambda moment: moment.second,
    "getMilliseconds": lambda moment: moment.microsecond // 1000,
}
_TOOLS: dict[str, Callable[..., object]] = {
    "auther_in_cidr": _in_cidr,
    "auther_address": _read_address,
    "auther_same": lambda value: value,
    "auther_seconds": lambda moment: int(moment.timestamp() // 1),
    "auther_moment": lambda seconds: datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds),
    "auther_size": _size,
    "auther_time_text": _time_text,
    "auther_length_text": _length_text,
    "auther_truth": _truth,
    "auther_words": lambda value: "true" if value else "false",
    **{f"{name}_in": _field_in(name) for name in FIELDS_OF_TIME},
}
