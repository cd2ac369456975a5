"""What the checks of fields share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from app.clients.errors import InvalidClient, TooLong
from app.clients.types import ClientKind
from app.kit.errors import AppError

Problems = list[AppError]


@dataclass(frozen=True, slots=True)
class FieldContext:
    """What a field is checked against besides itself."""

    kind: ClientKind
    algs: tuple[str, ...]


def check_list(name: str, values: Sequence[str], bound: int) -> Problems:
    """A list has a bound, and names nothing twice."""
    problems: Problems = []
    if len(values) > bound:
        problems.append(TooLong(f"There are at most {bound}.", name))
    if len(set(values)) < len(values):
        problems.append(InvalidClient("One of them is named twice.", name))
    return problems


def texts(value: object) -> tuple[str, ...]:
    """The value as a list of texts; empty when it is no list."""
    return tuple(str(item) for item in value) if isinstance(value, tuple | list) else ()


def write_jwks(value: object) -> object:
    """A key set as it is stored: JSON text in one spelling; what is no JSON object stays as it is."""
    if isinstance(value, str | bytes):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    if not isinstance(value, Mapping):
        return value
    try:
        return orjson.dumps(dict(value), option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        return value
