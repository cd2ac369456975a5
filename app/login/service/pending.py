"""The half-way state of who must change an initial password: a signed note, bound to the browser."""

from __future__ import annotations

from datetime import timedelta

from app.kit import clock, db
from app.kit.crypto import b64url, b64url_decode
from app.kit.runtime import keyring
from app.login.types import Pending

PENDING_TTL = timedelta(minutes=10)
_PURPOSE = "login-pending"
_MAX_LENGTH = 1_024


def seal_pending(pending: Pending, browser_id: str) -> str:
    """A note for this browser's cookie. The next change of the password makes it worthless."""
    until = int((clock.now() + PENDING_TTL).timestamp())
    note = db.dump_json([pending.user_id, pending.version, until]).encode()
    return f"{b64url(note)}.{b64url(keyring().sign(_signed(note, browser_id), purpose=_PURPOSE))}"


def open_pending(note: str, browser_id: str) -> Pending | None:
    """What the note says; None when it is forged, too old or from another browser."""
    body, _, signature = note.partition(".")
    if len(note) > _MAX_LENGTH:
        return None
    try:
        content = b64url_decode(body)
        is_ours = keyring().verify(_signed(content, browser_id), b64url_decode(signature), purpose=_PURPOSE)
    except ValueError:
        return None
    if not is_ours:
        return None
    user_id, version, until = db.load_json(content)
    return Pending(user_id, version) if until > clock.timestamp() else None


def _signed(note: bytes, browser_id: str) -> bytes:
    return browser_id.encode() + b"|" + note
