"""SQL of requests that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.kit import clock, db
from app.oidc.types import Interaction

_NAMES = "id, browser_id, client_id, params, flow_id, consented_by, created_at, expires_at, pushed_id, consented_scope"
_INSERT = f"INSERT INTO oidc_interaction ({_NAMES}) VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10)"
_FIND = f"SELECT {_NAMES} FROM oidc_interaction WHERE id = $1 AND browser_id = $2 AND expires_at > $3"
_SET_FLOW = "UPDATE oidc_interaction SET flow_id = $2 WHERE id = $1"
_SET_CONSENT = "UPDATE oidc_interaction SET consented_by = $2, consented_scope = $3 WHERE id = $1"
_DELETE = "DELETE FROM oidc_interaction WHERE id = $1"
_DELETE_OF_USER = "DELETE FROM oidc_interaction WHERE consented_by = $1"
_SWEEP = "DELETE FROM oidc_interaction WHERE expires_at < $1"


async def insert(waiting: Interaction) -> None:
    await db.execute(
        _INSERT, waiting.id, waiting.browser_id, waiting.client_id, db.dump_json(waiting.params), waiting.flow_id,
        waiting.consented_by, waiting.created_at, waiting.expires_at, waiting.pushed_id,
        " ".join(waiting.consented_scope),
    )  # fmt: skip


async def find(interaction_id: str, browser_id: str) -> Interaction | None:
    """The request; None when it is unknown, too old, or began in another browser."""
    row = await db.fetch_row(_FIND, interaction_id, browser_id, clock.now())
    if row is None:
        return None
    params, scope = db.load_json(row["params"]), tuple(row["consented_scope"].split())
    return Interaction(**{**dict(row), "params": params, "consented_scope": scope})


async def set_flow(interaction_id: str, flow_id: str) -> None:
    await db.execute(_SET_FLOW, interaction_id, flow_id)


async def set_consent(interaction_id: str, user_id: str, scope: Sequence[str]) -> None:
    await db.execute(_SET_CONSENT, interaction_id, user_id, " ".join(scope))


async def delete(interaction_id: str) -> bool:
    """Finish a request; False when it was finished before."""
    return await db.execute(_DELETE, interaction_id) == 1


async def delete_of_user(user_id: str) -> int:
    """Forget the requests that a user consented to."""
    return await db.execute(_DELETE_OF_USER, user_id)


async def sweep(now: datetime) -> int:
    return await db.execute(_SWEEP, now)
