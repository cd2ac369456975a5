"""Claims that one client got, in the names that another one knows users by."""

from __future__ import annotations

from collections.abc import Mapping

from app.clients.service import find_client
from app.clients.types import Client
from app.oidc.key_tokens import client_of, is_key_token
from app.oidc.subjects import Sector, find_sector
from app.signing.types import Claims


async def retell(claims: Claims, reader: Client) -> Claims:
    """The claims of an access token with `sub`, `sid`, `impersonator` and everybody in `act` as the reader knows them.

    What is no user, and a subject that its giver's sector does not know any more, stay as they are.
    """
    known, wanted = await _find_giver(claims), await find_sector(reader)
    if known is None and wanted is None:
        return claims
    told = {**claims}
    if "sid" in claims:
        told["sid"] = _rename_session(str(claims["sid"]), known, wanted)
    if "sub_type" not in claims:
        told["sub"] = _rename(str(claims["sub"]), known, wanted)
    if "impersonator" in claims:
        told["impersonator"] = _rename(str(claims["impersonator"]), known, wanted)
    if isinstance(claims.get("act"), Mapping):
        told["act"] = _rename_actors(claims["act"], known, wanted)
    return told


async def _find_giver(claims: Claims) -> Sector | None:
    """The sector whose names the claims are told in; None for ids."""
    giver = client_of(claims) if is_key_token(claims) else claims["client_id"]
    client = await find_client(giver) if giver is not None else None
    return await find_sector(client) if client is not None else None


def _rename_actors(party: Claims, known: Sector | None, wanted: Sector | None) -> Claims:
    renamed = {**party}
    if "sub_type" not in party:
        renamed["sub"] = _rename(str(party["sub"]), known, wanted)
    if isinstance(party.get("act"), Mapping):
        renamed["act"] = _rename_actors(party["act"], known, wanted)
    return renamed


def _rename(subject: str, known: Sector | None, wanted: Sector | None) -> str:
    user_id = subject if known is None else known.user_of(subject)
    if user_id is None:
        return subject
    return user_id if wanted is None else wanted.subject_of(user_id)


def _rename_session(sid: str, known: Sector | None, wanted: Sector | None) -> str:
    """A `sid` from before its giver had pairwise names is an id still."""
    session_id = sid if known is None else known.session_of(sid) or sid
    return session_id if wanted is None else wanted.sid_of(session_id)
