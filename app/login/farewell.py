"""Where a browser goes after signing out here: a page that other rooms may ask for, or our sign-in page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from app.sessions.types import Session

# The path of a page of ours, for a session that has just ended; None when there is nothing to show.
Guide = Callable[[Session], Awaitable[str | None]]

_guides: list[Guide] = []


def lead_out(guide: Guide) -> None:
    """Ask this function where to go; tying the same one twice counts once."""
    if guide not in _guides:
        _guides.append(guide)


async def find_way_out(session: Session) -> str | None:
    """The first page that is asked for; None when none is."""
    for guide in _guides:
        if path := await guide(session):
            return path
    return None
