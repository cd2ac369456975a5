"""One-time links that come by mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.credentials import queries
from app.credentials.errors import LinkInvalid
from app.credentials.types import LINK_PREFIX, LINK_TOKEN_PREFIX, LinkClaim, LinkPurpose
from app.kit import clock, db
from app.kit.crypto import hash_token, new_token
from app.kit.ids import new_id
from app.kit.runtime import keyring, settings
from app.users.service import find_user

INVITE_TTL = timedelta(days=7)
MAX_TOKEN_LENGTH = 128
_SEAL = "credentials-link"


async def new_link(purpose: LinkPurpose, user_id: str, email: str) -> str:
    """The token of a new link for this user at this address. Only its hash is stored.

    The link dies when it is used, expires, or the user's password or address changes.
    """
    return await _insert(purpose, user_id, email, None)


async def new_sign_up_link(email: str, details: Mapping[str, str]) -> str:
    """The token of a link that will open an account for this address; `details` are kept sealed."""
    return await _insert(LinkPurpose.SIGN_UP, None, email, details)


async def read_link(token: str, purpose: LinkPurpose) -> LinkClaim:
    """What the link would prove. It can still be used afterwards.

    Raises:
        LinkInvalid: used, expired, overtaken by a change, or not one of ours.
    """
    row = await queries.read_link(_hash(token), purpose, clock.now())
    return await _claim(row, purpose)


async def consume_link(token: str, purpose: LinkPurpose) -> LinkClaim:
    """Use the link up; of many at once exactly one succeeds.

    Raises:
        LinkInvalid: used, expired, overtaken by a change, or not one of ours.
    """
    row = await queries.consume_link(_hash(token), purpose, clock.now())
    return await _claim(row, purpose)


async def _insert(purpose: LinkPurpose, user_id: str | None, email: str, details: Mapping[str, str] | None) -> str:
    token, now = new_token(LINK_TOKEN_PREFIX), clock.now()
    await queries.insert_link(
        new_id(LINK_PREFIX),
        hash_token(token),
        purpose,
        user_id=user_id,
        email=email,
        details=None if details is None else keyring().seal(db.dump_json(dict(details)).encode(), purpose=_SEAL),
        created_at=now,
        expires_at=now + _ttl(purpose),
    )
    return token


async def _claim(row: db.Row | None, purpose: LinkPurpose) -> LinkClaim:
    if row is None:
        raise LinkInvalid
    if row["user_id"] is not None:
        user = await find_user(row["user_id"])
        if user is None or user.email.lower() != row["email"].lower():
            raise LinkInvalid
    details = {} if row["details"] is None else db.load_json(keyring().open(row["details"], purpose=_SEAL))
    return LinkClaim(purpose, row["user_id"], row["email"], details)


def _hash(token: str) -> bytes:
    if len(token) > MAX_TOKEN_LENGTH or not token.startswith(f"{LINK_TOKEN_PREFIX}_") or not token.isascii():
        raise LinkInvalid
    return hash_token(token)


def _ttl(purpose: LinkPurpose) -> timedelta:
    if purpose is LinkPurpose.RESET_PASSWORD:
        return settings().reset_link_ttl
    return INVITE_TTL if purpose is LinkPurpose.INVITE else settings().email_link_ttl
