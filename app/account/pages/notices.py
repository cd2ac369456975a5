"""What a page says of the change that led to it."""

from __future__ import annotations

from typing import Final

from app.login.pages.visit import Visit

_NOTICES: Final = frozenset(
    {
        "deleted_key",
        "disabled_key",
        "email_changed",
        "email_started",
        "email_withdrawn",
        "enabled_key",
        "ended",
        "saved",
        "verification_sent",
        "withdrawn",
    }
)


def notice_of(visit: Visit) -> str | None:
    """The name of a text, if the address names one of ours."""
    notice = visit.request.query_params.get("notice")
    return notice if notice in _NOTICES else None
