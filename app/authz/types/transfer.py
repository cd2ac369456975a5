"""What came of an import of tuples."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be written, and why. Lines count from 1."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do.

    Attributes:
        read: lines with something in them.
        written: tuples that began, or got another condition or other times.
        unchanged: tuples that stood just so already, lines that a later one of their batch replaces included.
        refused: how many lines are bad.
        bad: the first of them.
        is_complete: all good lines were written; otherwise nothing was from the batch of the first bad line on.
        revision_token: the consistency token of the last revision that was made, else of the present one.
    """

    read: int
    written: int
    unchanged: int
    refused: int
    bad: tuple[BadLine, ...]
    is_complete: bool
    revision_token: str
