"""The one table that a policy is given, and whether a source looks at the user in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from app.policies.types import Context, PolicyQuestion

# Of a user, whatever their attributes are called.
USER_FIELDS: Final = ("id", "name", "email", "role", "attributes")
_CONTEXT: Final = re.compile(r"\bcontext\b(?!\s*\.\s*[A-Za-z_])")
_USER: Final = re.compile(r"\b(?:user|_G|_ENV)\b")
_KEPT: Final = 1_024


def build_context(question: PolicyQuestion, now: datetime) -> dict[str, object]:
    """What a policy sees of a question."""
    return {
        "resource": dict(question.resource),
        "user": None if question.user is None else flatten_user(question.user),
        "subject": {"type": question.subject[0], "id": question.subject[1]},
        "action": question.action,
        "timestamp": to_timestamp(now),
        "env": dict(question.env),
    }


def complete_context(given: Context, now: datetime) -> dict[str, object]:
    """A context that somebody wrote down, with what a check always has: so a trial fails where a check would."""
    completed: dict[str, object] = {
        "resource": {},
        "user": None,
        "subject": {},
        "action": "",
        "timestamp": to_timestamp(now),
        "env": {},
        **given,
    }
    user = completed["user"]
    if isinstance(user, Mapping):
        completed["user"] = flatten_user(user)
    return completed


def flatten_user(user: Context) -> dict[str, object]:
    """A user whose attributes can be read by their names as well; none of them hides what the user is."""
    attributes = user.get("attributes")
    flat = dict(attributes) if isinstance(attributes, Mapping) else {}
    for name in USER_FIELDS:
        flat.pop(name, None)
    return {**flat, **user}


def to_timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=_KEPT)
def needs_user(source: str) -> bool:
    """Whether a source may look at `context.user`; False only where it provably does not.

    It does not when it never says `user`, and says `context` only to read a field of it by name: then nothing can be
    read by a computed name, and nobody else can be handed the table. `_G` and `_ENV` hold it as well.
    """
    return _USER.search(source) is not None or _CONTEXT.search(source) is not None
