"""WebAuthn challenges: signed for one ceremony and one place, so that handing them out writes nothing; spent once."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Final

from app.factors import queries
from app.factors.errors import ChallengeOver
from app.factors.types import Ceremony
from app.kit import clock
from app.kit.db import after_rollback
from app.kit.runtime import keyring

# A sign-in page may stay open for a while before somebody chooses a passkey there.
CHALLENGE_TTL: Final = timedelta(minutes=30)
_PURPOSE: Final = "factors-challenge"
_NONCE_BYTES: Final = 16
_TIME_BYTES: Final = 8
_HEAD_BYTES: Final = _NONCE_BYTES + _TIME_BYTES


def new_challenge(ceremony: Ceremony, place: str) -> bytes:
    """A challenge (56 bytes) that only this ceremony at this place accepts.

    Args:
        place: what it is bound to: browser, flow, user, session, as the caller joins them.
    """
    until = int((clock.now() + CHALLENGE_TTL).timestamp())
    head = secrets.token_bytes(_NONCE_BYTES) + until.to_bytes(_TIME_BYTES, "big")
    return head + keyring().sign(_signed(head, ceremony, place), purpose=_PURPOSE)


async def spend_challenge(challenge: bytes, ceremony: Ceremony, place: str) -> None:
    """Take a challenge for answered. In a unit of work; it stays spent when that is rolled back.

    Raises:
        ChallengeOver: not ours, for something else, too old, or answered before.
    """
    head, signature = challenge[:_HEAD_BYTES], challenge[_HEAD_BYTES:]
    if not keyring().verify(_signed(head, ceremony, place), signature, purpose=_PURPOSE):
        raise ChallengeOver
    expires_at = datetime.fromtimestamp(int.from_bytes(head[_NONCE_BYTES:], "big"), UTC)
    if expires_at <= clock.now():
        raise ChallengeOver
    challenge_id = sha256(challenge).hexdigest()
    if not await queries.spend_challenge(challenge_id, expires_at):
        raise ChallengeOver
    after_rollback(partial(queries.keep_spent, challenge_id, expires_at))


def _signed(head: bytes, ceremony: Ceremony, place: str) -> bytes:
    return b"|".join((head, ceremony.value.encode(), place.encode()))
