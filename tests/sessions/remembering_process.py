"""A process that remembers sessions by their tokens (run by `test_remembered_sessions`)."""

from __future__ import annotations

import asyncio

from app.sessions.service import resolve_session
from tests.remembering import remember

if __name__ == "__main__":
    asyncio.run(remember(resolve_session, "sessions_session"))
