"""One-time links that come by mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.credentials import queries
from app.credentials.errors import LinkInvalid
from app.credentials.types import LINK_PREFIX, LINK_TOKEN_PREFIX, LinkClaim, LinkPurpose, OpenLink
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


async def new_change_link(user_id: str, email: str, new_email: str) -> str:
    """The token of a link that moves a user from one address to another; a former one of theirs dies.

    The claim's `details` hold the new address as `email`.
    """
    await end_change_link(user_id)
    return await _insert(LinkPurpose.CHANGE_EMAIL, user_id, email, {"email": new_email})


async def find_change_link(user_id: str) -> OpenLink | None:
    """The link to another address that waits to be used; None when there is none. No guard."""
    row = await queries.find_open_link(user_id, LinkPurpose.CHANGE_EMAIL, clock.now())
    try:
        return None if row is None else OpenLink(await _claim(row, LinkPurpose.CHANGE_EMAIL), row["expires_at"])
    except LinkInvalid:
        return None


async def end_change_link(user_id: str) -> bool:
    """Let no link move the user to another address; False when none could. No guard."""
    return await queries.end_open_links(user_id, LinkPurpose.CHANGE_EMAIL, clock.now()) > 0


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
