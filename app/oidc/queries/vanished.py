"""Clients that were deleted by another process, while this one still remembers them for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg

from app.clients.service import forget_clients
from app.oidc.errors import ClientVanished

_REFERENCED: Final = '"clients_client"'


@contextmanager
def noticing_vanished_clients() -> Iterator[None]:
    """At the edge, around units of work: what cannot be written for a client that is gone is not a mistake of ours.

    What the process remembers of clients is dropped, so that the next request finds it gone.

    Raises:
        ClientVanished: PostgreSQL knows no such client (SQLSTATE 23503).
    """
    try:
        yield
    except asyncpg.ForeignKeyViolationError as error:
        # The message is translated by locale, the names in it are not.
        if _REFERENCED not in (error.detail or ""):
            raise
        forget_clients()
        raise ClientVanished from error
