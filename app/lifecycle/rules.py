"""What of an audit event belongs into an export, and which gaps a merge fills. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from app.events.types import AuditEvent
from app.users.types import User

_FILLED: Final = ("username", "name", "picture", "locale", "zoneinfo")
_OF_WHO_ACTED: Final = ("ip", "user_agent", "session_id", "request_id")
_OF_WHOM_IT_IS_ABOUT: Final = ("before", "after", "reason")


def show_event(user_id: str, event: AuditEvent) -> Mapping[str, object]:
    """An event as the person it concerns may have it: what it holds of somebody else stays here."""
    shown = asdict(event)
    hidden: tuple[str, ...] = ()
    if event.actor_id not in {user_id, None}:
        hidden += _OF_WHO_ACTED
    if event.about_user_id not in {user_id, None}:
        hidden += _OF_WHOM_IT_IS_ABOUT
    return {name: value for name, value in shown.items() if name not in hidden}


def show_own_deed(user_id: str, event: AuditEvent) -> Mapping[str, object] | None:
    """The same of what the person did; None where it is about themselves, which is told elsewhere."""
    return None if event.about_user_id == user_id else show_event(user_id, event)


def find_gaps(source: User, target: User) -> dict[str, object]:
    """What the account that goes has of its profile and the other lacks, by name of field."""
    gaps: dict[str, object] = {
        name: getattr(source, name) for name in _FILLED if getattr(target, name) is None and getattr(source, name)
    }
    if source.attributes.keys() - target.attributes.keys():
        gaps["attributes"] = {**source.attributes, **target.attributes}
    return gaps
