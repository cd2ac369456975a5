"""What PostgreSQL, asyncpg and the network raise, as errors of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from app.kit.errors import AppError, InvalidInput, Unavailable

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InterfaceError,
    # asyncpg's when a statement meets the farewell of a server that has just ended the connection.
    asyncpg.InternalClientError,
    OSError,
)
_FOREIGN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_CLASHED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
# A NUL, half of a surrogate pair, a number past 64 bits, a text longer than its column: only data does this.
_UNSTORABLE = (
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
    asyncpg.StringDataRightTruncationError,
    asyncpg.NumericValueOutOfRangeError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Around statements and the ends of transactions: raises our errors instead of foreign ones.

    Raises:
        Unavailable: `kit_database_unavailable`, `kit_database_busy`, `kit_read_only`, `kit_disk_full`.
        InvalidInput: `kit_value`, a value that cannot be stored.
    """
    try:
        yield
    except (*_FOREIGN, OSError) as error:
        raise translate(error) or error from error


@contextmanager
def translated_statements() -> Iterator[None]:
    """Around code that does more than talk to the database: its own network errors stay what they are."""
    try:
        yield
    except _FOREIGN as error:
        raise translate(error) or error from error


def translate(error: Exception) -> AppError | None:
    """The error of ours that this one means, None when it is a mistake in our code."""
    detail = repr(error)
    if isinstance(error, _UNSTORABLE) or isinstance(error.__cause__, UnicodeEncodeError | OverflowError):
        return InvalidInput("kit_value", "A value that was sent cannot be stored.", detail=detail)
    if isinstance(error, asyncpg.DiskFullError):
        return Unavailable("kit_disk_full", "The disk is full: nothing can be written now.", detail=detail)
    if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        return Unavailable("kit_read_only", "The database takes no changes now. Try again later.", detail=detail)
    if isinstance(error, _CLASHED):
        return Unavailable("kit_database_busy", "Another change was in the way. Try again.", detail=detail)
    if isinstance(error, _AWAY):
        message = "The database does not answer now. Try again soon."
        return Unavailable("kit_database_unavailable", message, detail=detail)
    return None
