"""Events as rows: cut to size, redacted, committed to, signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.events import chain, rules
from app.events.types import AUDIT_PREFIX, CHANNEL, OUTBOX_PREFIX, Event
from app.kit import db
from app.kit.actor import Actor
from app.kit.ids import new_id
from app.kit.notify import notify_after_commit

_MAX_ID_CHARS = 255
# Four bytes a character at most: an index entry holds 2,704 bytes.
_MAX_TARGET_CHARS = 600
_MAX_IP_CHARS = 64
_MAX_REQUEST_ID_CHARS = 128
_MAX_USER_AGENT_CHARS = 512
_MAX_REASON_CHARS = 2_048
_MAX_JSON_CHARS = 131_072


def make_rows(actor: Actor, event: Event, now: datetime) -> tuple[tuple[object, ...], str | None, str | None]:
    """The audit row, and id and payload of the outbox row if there is one. Tells of the audit row after the commit."""
    audit_id = new_id(AUDIT_PREFIX)
    notify_after_commit(CHANNEL, audit_id)
    row = _audit_row(audit_id, now, actor, event)
    if not event.is_published:
        return row, None, None
    payload = event.snapshot if event.snapshot is not None else event.after
    return row, new_id(OUTBOX_PREFIX), _as_json(payload or {})


def _audit_row(audit_id: str, now: datetime, actor: Actor, event: Event) -> tuple[object, ...]:
    """The row in the order of `queries.AUDIT_COLUMNS`, then salts, commitments and the signature."""
    origin = (_cut(actor.origin.ip, _MAX_IP_CHARS), _cut(actor.origin.user_agent, _MAX_USER_AGENT_CHARS))
    content = (_cut(event.reason, _MAX_REASON_CHARS), _as_json(event.before), _as_json(event.after))
    facts = (
        audit_id,
        event.action,
        event.outcome.value,
        now,
        actor.kind.value,
        *(_cut(value, _MAX_ID_CHARS) for value in (actor.id, actor.impersonator_id, actor.session_id, actor.client_id)),
        event.target_type,
        _cut(event.target_id, _MAX_TARGET_CHARS),
        _cut(event.about_user_id, _MAX_ID_CHARS),
        _cut(actor.origin.request_id or None, _MAX_REQUEST_ID_CHARS),
    )
    origin_salt, content_salt = chain.new_salt(), chain.new_salt()
    commitments = (chain.commit_to(origin_salt, origin), chain.commit_to(content_salt, content))
    mac = chain.sign_row((*facts, *commitments))
    return (*facts, *origin, *content, origin_salt, commitments[0], content_salt, commitments[1], mac)


def _cut(text: str | None, max_chars: int) -> str | None:
    return None if text is None else rules.clean_text(text, max_chars)


def _as_json(values: Mapping[str, Any] | None) -> str | None:
    if values is None:
        return None
    text = db.dump_json(rules.redact(values))
    return text if len(text) <= _MAX_JSON_CHARS else db.dump_json({"_omitted": f"{len(text)} characters"})
