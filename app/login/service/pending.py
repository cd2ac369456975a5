"""The half-way state of who has not proved enough yet: a signed note, bound to the browser, that opens nothing."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime, timedelta

from app.kit import clock, db
from app.kit.crypto import b64url, b64url_decode
from app.kit.runtime import keyring
from app.login.types import Pending

PENDING_TTL = timedelta(minutes=10)
_PURPOSE = "login-pending-4"
_MAX_LENGTH = 1_024


def seal_pending(pending: Pending, browser_id: str) -> str:
    """A note for this browser's cookie. The next change of the password makes it worthless."""
    until = int((clock.now() + PENDING_TTL).timestamp())
    note = db.dump_json([*astuple(pending), until]).encode()
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
    user_id, version, amr, must_change, session_id, proved_at, mailbox, until = db.load_json(content)
    if until <= clock.timestamp():
        return None
    auth_time = datetime.fromisoformat(proved_at) if proved_at else None
    return Pending(user_id, version, tuple(amr), must_change, session_id, auth_time, mailbox)


def _signed(note: bytes, browser_id: str) -> bytes:
    return browser_id.encode() + b"|" + note
