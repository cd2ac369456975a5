"""What takes a call to a client's server, done before the transaction that writes the client begins.

Nothing is refused here but what that server says: everything else is the use case's own to refuse.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.clients import queries
from app.clients.service.outbound import policy_of
from app.clients.service.sectors import check_sector_ahead
from app.clients.service.write import SECTOR_COLUMNS, changed_columns, check_columns, is_dynamic, new_columns
from app.clients.types import ClientChanges, ClientKind, NewClient
from app.kit.actor import Actor
from app.kit.errors import InputProblems
from app.kit.guard import has_permission


async def ask_ahead_of_create(actor: Actor, new: NewClient) -> None:
    """Ask the sector of a client that `create_client` would make.

    Raises:
        InputProblems: the sector does not vouch for its redirect URIs.
    """
    if new.sector_identifier_uri is not None and await has_permission(actor, "clients.create"):
        columns = new_columns(new)
        await _ask(columns, columns, new.kind)


async def ask_ahead_of_update(actor: Actor, client_id: str, changes: ClientChanges) -> None:
    """Ask the sector of a client that `update_client` would change, if what it vouches for differs.

    Raises:
        InputProblems: the sector does not vouch for its redirect URIs.
    """
    given = changes.given()
    if not given.keys() & SECTOR_COLUMNS or not await has_permission(actor, "clients.update"):
        return
    stored = await queries.find_client(client_id)
    if stored is None or stored.client.is_declared:
        return
    wanted, whole = changed_columns(stored, given, stored.client.kind)
    if any(whole[name] != stored.columns[name] for name in SECTOR_COLUMNS):
        await _ask(wanted, whole, stored.client.kind)


async def _ask(given: Mapping[str, object], whole: Mapping[str, object], kind: ClientKind) -> None:
    uri, redirect_uris = whole["sector_identifier_uri"], whole["redirect_uris"]
    try:
        check_columns(given, whole, kind)
    except InputProblems:
        return
    if isinstance(uri, str) and isinstance(redirect_uris, tuple):
        await check_sector_ahead(uri, redirect_uris, policy_of(is_dynamic=is_dynamic(whole)))
