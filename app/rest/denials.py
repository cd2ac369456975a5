"""A refused request leaves a row in the audit trail before its answer goes out, whoever refused it."""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

from app.events.denials import record_denial
from app.events.refusals import Refusals
from app.events.types import EndpointDenied

# Answers that say "you may not", "not like this", "not again" or "not so much".
DENIALS: Final = frozenset({401, 403, 405, 410, 413, 429})


async def note_denial(scope: Scope, status: int, refusals: Refusals) -> None:
    """Write that the request was refused, unless an event tells of it already."""
    if refusals.is_told or not (refusals.is_denial or status in DENIALS):
        return
    event = EndpointDenied(target_id=f"{scope['method']} {_path_of(scope)}", reason=refusals.reason or f"http_{status}")
    await record_denial(refusals.actor or scope["state"]["actor"], event)


def _path_of(scope: Scope) -> str:
    """The route's path: names in place of values, which may be ids or secrets; nothing of an unknown path."""
    if "endpoint" not in scope:
        return "*"
    path: str = scope["path"]
    if scope.get("root_path"):
        return f"{scope['root_path']}/*"
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(f"/{value}", f"/{{{name}}}")
    return path
