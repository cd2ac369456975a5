"""The models of Auther itself, written in its own language (`app/authz/system.fga`)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from app.authz.language.text import parse_model
from app.authz.types.model import Model

_FILE: Final = Path(__file__).parent.parent / "system.fga"

# INVARIANT: rows of tuples refer to these numbers; stored types have numbers from 1000.
SYSTEM_TYPE_IDS: Final[dict[str, int]] = {
    "user": 1,
    "apikey": 2,
    "client": 3,
    "group": 4,
    "platform": 5,
    "users": 6,
    "groups": 7,
    "clients": 8,
    "webhooks": 9,
    "pipelines": 10,
    "api_keys": 11,
    "keys": 12,
    "sessions": 13,
}


@lru_cache(maxsize=1)
def system_model() -> Model:
    """The model that is in force before any is stored."""
    return parse_model(_FILE.read_text("utf-8"))
