"""From inputs of the API to values of a room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, TypeVar, cast

import strawberry

from app.graph.errors import InvalidRequest
from app.kit.errors import AppError, InputProblems

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = TypeVar("Value")


def build(make: Callable[..., Value], source: object | None, *, without: tuple[str, ...] = ()) -> Value:
    """A room's value from the fields of an input that were given; the others, and nulls, keep the room's defaults.

    Args:
        without: fields that are not for this value.
    """
    given = _given(source)
    return make(**{name: _plain(given[name]) for name in given if name not in without and given[name] is not None})


def build_changes(
    make: Callable[..., Value], source: object, *, required: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> Value:
    """A room's changes from an input: what was not given stays, null clears.

    Args:
        required: fields that cannot be cleared.
        without: fields that are not for this value.

    Raises:
        InputProblems: `graph_required`, for each field of `required` that is null.
    """
    given = {name: value for name, value in _given(source).items() if name not in without}
    problems: list[AppError] = [
        InvalidRequest("graph_required", "This cannot be empty.", field=(name,))
        for name in required
        if name in given and given[name] is None
    ]
    if problems:
        raise InputProblems(problems)
    return make(**{name: _plain(value) for name, value in given.items()})


def given(value: Value | None) -> Value | None:
    """The value of an input field that may be absent; None when it is."""
    return None if value is strawberry.UNSET else value


def _given(source: object | None) -> dict[str, object]:
    if source is None or source is strawberry.UNSET:
        return {}
    values = {each.name: getattr(source, each.name) for each in fields(cast("DataclassInstance", source))}
    return {name: value for name, value in values.items() if value is not strawberry.UNSET}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return tuple(value) if isinstance(value, list) else value
