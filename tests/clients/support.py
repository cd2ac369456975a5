"""Clients for tests."""

from __future__ import annotations

from typing import Any

from app.clients.service import create_client
from app.clients.types import Client, ClientKind, CreatedClient, NewClient
from app.events.service import list_audit_events
from app.events.types import AuditEvent, AuditFilter
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.paging import PageRequest
from tests.support import commit

CALLBACK = "https://app.example.com/callback"
REDIRECTING = {ClientKind.WEB, ClientKind.SPA, ClientKind.NATIVE}


def new_client(kind: ClientKind = ClientKind.WEB, **fields: Any) -> NewClient:
    redirects = (CALLBACK,) if kind in REDIRECTING else ()
    return NewClient(**{"name": "Portal", "kind": kind, "redirect_uris": redirects, **fields})


async def make_created(kind: ClientKind = ClientKind.WEB, **fields: Any) -> CreatedClient:
    return await commit(create_client(SYSTEM, new_client(kind, **fields)))


async def make_client(kind: ClientKind = ClientKind.WEB, **fields: Any) -> Client:
    return (await make_created(kind, **fields)).client


async def events() -> list[AuditEvent]:
    """What was told about clients, the oldest first."""
    page = await list_audit_events(SYSTEM, AuditFilter(action="client."), PageRequest(first=100))
    return list(reversed(page.items))


async def state() -> list[Any]:
    """Everything that is stored about clients."""
    rows = await db.fetch("SELECT * FROM clients_client ORDER BY id")
    secrets = await db.fetch("SELECT * FROM clients_secret ORDER BY id")
    return [tuple(row) for row in (*rows, *secrets)]


async def everything_told() -> str:
    """All audit and outbox rows as text."""
    rows = [*await db.fetch("SELECT * FROM events_audit"), *await db.fetch("SELECT * FROM events_outbox")]
    return repr([tuple(row) for row in rows])
