"""Python's names for those of the API."""

from __future__ import annotations

import keyword
import re

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

_EDGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake(name: str) -> str:
    """`createdAt` → `created_at`."""
    return _EDGE.sub("_", name).lower()


def pascal(name: str) -> str:
    """`createdAt` → `CreatedAt`."""
    return name[0].upper() + name[1:]


def attribute(name: str) -> tuple[str, str | None]:
    """The attribute of a model for a field, and the alias that it needs besides the usual one."""
    plain = snake(name)
    if keyword.iskeyword(plain) or hasattr(BaseModel, plain):
        return f"{plain}_", name
    return plain, None if to_camel(plain) == name else name


def parameter(name: str) -> str:
    """The parameter of a method for a variable."""
    plain = snake(name)
    return f"{plain}_" if keyword.iskeyword(plain) else plain
