"""What the generated classes stand on: results that cannot be changed, inputs that send only what is set."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Result(BaseModel):
    """What the API answered. Fields that this version of the client does not know are left out."""

    # There are hundreds of these, and a program uses some: each is built when it is first used.
    model_config = ConfigDict(
        frozen=True, defer_build=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


class Input(BaseModel):
    """What is sent. What is not set stays out; None is sent as null."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class OpenEnum(StrEnum):
    """Values of the API. One that a newer server has is kept as it is, instead of failing."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member


def by_typename(*known: str) -> Callable[[object], str]:
    """What tells the members of a union apart: the name of the type, `other` for those that are not named."""

    def read(value: object) -> str:
        name = value.get("__typename") if isinstance(value, dict) else getattr(value, "typename", None)
        return name if isinstance(name, str) and name in known else "other"

    return read
