"""From what JSON knows to what a parameter's type means, as OpenFGA converts it.

Deviations: numbers that do not fit into their type are refused, where OpenFGA cuts them; integers keep all their
digits; times are exact to the microsecond; IPv4 addresses mapped into IPv6 are IPv4 addresses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from app.authz.conditions.addresses import read_address
from app.authz.conditions.errors import CallFault, Misfit
from app.authz.types import ParameterType

Converter: TypeAlias = Callable[[object], object]

# Lists and maps inside each other.
MAX_DATA_DEPTH = 32
_MAX_EXACT_DOUBLE = 1 << 53
_INT = range(-(1 << 63), 1 << 63)
_UINT = range(1 << 64)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_MAX_NUMBER_CHARACTERS = 64
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
# Go's notation, since OpenFGA takes that. Source: pkg.go.dev/time, ParseDuration
_DURATION = re.compile(r"[+-]?(?:0|(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_DURATION_PART = re.compile(r"([0-9]*)\.?([0-9]*)(ns|us|µs|μs|ms|s|m|h)")
_NANOSECONDS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9,
}  # fmt: skip


def converter_of(kind: ParameterType) -> Converter | None:
    """What turns a JSON value into one of the type, or raises Misfit; None: there is no such type."""
    if kind.name in ("list", "map"):
        convert = converter_of(kind.item or ParameterType("any"))
        if convert is None:
            return None
        return _list_of(convert) if kind.name == "list" else _map_of(convert)
    return None if kind.item else _CONVERTERS.get(kind.name)


def _bool(value: object) -> object:
    if isinstance(value, bool):
        return value
    raise Misfit("has to be true or false.")


def _string(value: object) -> object:
    if not isinstance(value, str):
        raise Misfit("has to be a text.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Misfit("has a character that is half of one.") from None
    return value


def _int(value: object) -> object:
    if type(value) is int and value in _INT:
        return value
    return _whole(value, _INT, "a whole number of 64 bits")


def _uint(value: object) -> object:
    return _whole(value, _UINT, "a whole number from 0 to 2^64 - 1")


def _whole(value: object, bounds: range, wanted: str) -> int:
    number = _decimal(value)
    if number is None or number != number.to_integral_value() or int(number) not in bounds:
        raise Misfit(f"has to be {wanted}.")
    return int(number)


def _decimal(value: object) -> Decimal | None:
    """The number that a JSON number or a text with one stands for."""
    if isinstance(value, str):
        is_number = len(value) <= _MAX_NUMBER_CHARACTERS and _NUMBER.fullmatch(value)
        return Decimal(value) if is_number else None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or (type(value) is float and not math.isfinite(value))
    ):
        return None
    return Decimal(value)


def _double(value: object) -> object:
    number = _decimal(value)
    try:
        found = math.nan if number is None else float(number)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise Misfit("has to be a number that a double can hold.")
    return found


def _duration(value: object) -> object:
    if not isinstance(value, str) or len(value) > _MAX_NUMBER_CHARACTERS or not _DURATION.fullmatch(value):
        raise Misfit("has to be a duration such as 1h30m.")
    total = 0
    for whole, fraction, unit in _DURATION_PART.findall(value):
        size = _NANOSECONDS[unit]
        total += int(whole or 0) * size + (int(fraction) * size // 10 ** len(fraction) if fraction else 0)
    if total >= _INT.stop:
        raise Misfit("has to be a duration of less than 292 years.")
    length = timedelta(microseconds=total // 1000)
    return -length if value[0] == "-" else length


def _timestamp(value: object) -> object:
    if isinstance(value, str) and _TIMESTAMP.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise Misfit("has to be a time as RFC 3339 writes it, such as 2023-10-11T09:00:00Z.")


def _ipaddress(value: object) -> object:
    if not isinstance(value, str):
        raise Misfit("has to be an IP address.")
    try:
        return read_address(value)
    except CallFault:
        raise Misfit("has to be an IP address.") from None


def _any(value: object, depth: int = 1) -> object:
    """JSON as it is; a number is a double there, as long as that loses no digit."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return float(value) if -_MAX_EXACT_DOUBLE <= value <= _MAX_EXACT_DOUBLE else _int(value)
    if isinstance(value, float):
        return _double(value)
    if depth > MAX_DATA_DEPTH:
        raise Misfit(f"may have {MAX_DATA_DEPTH} levels at most.")
    if isinstance(value, list | tuple):
        return [_any(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        return {_key(key): _any(item, depth + 1) for key, item in value.items()}
    raise Misfit("has to be what JSON knows.")


def _list_of(convert: Converter) -> Converter:
    def to_list(value: object) -> object:
        if not isinstance(value, list | tuple):
            raise Misfit("has to be a list.")
        return [_inside(convert, item, str(place)) for place, item in enumerate(value)]

    return to_list


def _map_of(convert: Converter) -> Converter:
    def to_map(value: object) -> object:
        if not isinstance(value, Mapping):
            raise Misfit("has to be a map.")
        return {_key(key): _inside(convert, item, str(key)) for key, item in value.items()}

    return to_map


def _inside(convert: Converter, item: object, place: str) -> object:
    try:
        return convert(item)
    except Misfit as misfit:
        raise Misfit(f"does not fit at {place[:64]!a}: that {misfit}") from None


def _key(key: object) -> object:
    try:
        return _string(key)
    except Misfit:
        raise Misfit("has a key that is not a text.") from None


_CONVERTERS: dict[str, Converter] = {
    "any": _any,
    "bool": _bool,
    "string": _string,
    "int": _int,
    "uint": _uint,
    "double": _double,
    "duration": _duration,
    "timestamp": _timestamp,
    "ipaddress": _ipaddress,
}
