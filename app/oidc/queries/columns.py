"""How an approval and claims are stored: scope, amr and resources as words, claims as JSON."""

from __future__ import annotations

from app.kit import db
from app.oidc.types import Approval, RequestedClaims

APPROVAL_NAMES = ("client_id", "user_id", "session_id", "scope", "claims", "auth_time", "acr", "amr", "resources")


def from_approval(approval: Approval) -> tuple[object, ...]:
    """Values for `APPROVAL_NAMES`."""
    claims = {"id_token": approval.claims.id_token, "userinfo": approval.claims.userinfo}
    return (
        approval.client_id,
        approval.user_id,
        approval.session_id,
        " ".join(approval.scope),
        db.dump_json(claims),
        approval.auth_time,
        approval.acr,
        " ".join(approval.amr),
        " ".join(approval.resources),
    )


def to_approval(row: db.Row) -> Approval:
    """The approval in a row that holds `APPROVAL_NAMES`."""
    return Approval(
        client_id=row["client_id"],
        user_id=row["user_id"],
        session_id=row["session_id"],
        scope=tuple(row["scope"].split()),
        claims=to_claims(row["claims"]),
        auth_time=row["auth_time"],
        acr=row["acr"],
        amr=tuple(row["amr"].split()),
        resources=tuple(row["resources"].split()),
    )


def to_claims(text: str) -> RequestedClaims:
    claims = db.load_json(text)
    return RequestedClaims(tuple(claims["id_token"]), tuple(claims["userinfo"]))
