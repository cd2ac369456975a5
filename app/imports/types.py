"""What crosses the border of the imports room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.users.types import ImportedUser


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file: its first line, and its values by field, or what is wrong with it."""

    line: int
    values: Mapping[str, object] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account with the hash of its password, if it has one."""

    user: ImportedUser
    password_hash: str | None = field(repr=False)
    must_change: bool


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be imported, and why. Lines count from 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do.

    Attributes:
        read: records of the file.
        created: accounts that were made.
        existing: accounts that were there already, and were left as they are.
        refused: how many records are bad.
        bad: the first of them.
        is_complete: all good records were imported; otherwise none was from the batch of the first bad one on.
    """

    read: int
    created: int
    existing: int
    refused: int
    bad: tuple[BadRecord, ...]
    is_complete: bool
