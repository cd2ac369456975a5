"""How clients are checked, written and told of: shared by the use cases that change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from app.clients import cache, queries, rules
from app.clients.errors import raise_problems
from app.clients.queries import StoredClient
from app.clients.rules import FieldContext
from app.clients.types import SECRET_ID_PREFIX, Client, ClientKind, ClientUpdated, NewClient
from app.events.service import emit
from app.kit import clock
from app.kit.actor import Actor
from app.kit.crypto import hash_token
from app.kit.db import after_commit
from app.kit.ids import new_id
from app.kit.runtime import settings

_HINT_LENGTH = 4


def describe(client: Client) -> dict[str, object]:
    """A client as events and audit rows show it: JSON values, nothing of its secrets."""
    values = {field.name: getattr(client, field.name) for field in fields(Client)}
    for name in ("secrets", "created_at", "updated_at"):
        del values[name]
    for name in ("access_token_ttl", "refresh_token_ttl"):
        values[f"{name}_seconds"] = int(values.pop(name).total_seconds())
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def check_columns(given: Mapping[str, object], whole: Mapping[str, object], kind: ClientKind) -> None:
    """Check fields that are given, then the client as a whole.

    Raises:
        InputProblems: everything that is wrong.
    """
    problems = rules.check_fields(given, FieldContext(kind, settings().signing_algorithms))
    raise_problems([*problems, *rules.check_together(whole, kind)])


async def insert_columns(new: NewClient, extra: Mapping[str, object]) -> Client:
    """Check and insert a client whose other columns are `extra` (its id at least); tells nobody.

    Raises:
        InputProblems: everything that is wrong with the fields.
    """
    columns = rules.fill_defaults(rules.clean_fields({f.name: getattr(new, f.name) for f in fields(new)}), new.kind)
    check_columns(columns, columns, new.kind)
    now = clock.now()
    origins = rules.derive_origins(new.kind, new.redirect_uris)
    await queries.insert_client(
        {
            **columns, "kind": new.kind.value, "origins": origins, "is_enabled": True, "is_declared": False,
            "created_at": now, "updated_at": now, **extra,
        }
    )  # fmt: skip
    return (await read_back(str(extra["id"]))).client


async def change_client(
    actor: Actor, stored: StoredClient, given: Mapping[str, object], kind: ClientKind | None = None
) -> Client:
    """Write changed columns of a locked client and tell it; nothing happens when nothing differs.

    Args:
        given: values by field name; None gives a field back to its default.
        kind: another kind for it (declared clients only).

    Raises:
        InputProblems: everything that is wrong with the fields.
    """
    kind = kind or stored.client.kind
    wanted = rules.fill_defaults(rules.clean_fields(given), kind)
    whole = {**stored.columns, **wanted, "kind": kind.value}
    check_columns(wanted, whole, kind)
    columns = {name: value for name, value in whole.items() if stored.columns[name] != value}
    if not columns:
        return stored.client
    columns["origins"] = rules.derive_origins(kind, _texts(whole["redirect_uris"]))
    await queries.update_columns(stored.client.id, {**columns, "updated_at": clock.now()})
    after = (await read_back(stored.client.id)).client
    await _tell_change(actor, stored.client, after)
    return after


async def _tell_change(actor: Actor, before: Client, after: Client) -> None:
    old, new = describe(before), describe(after)
    changed = [name for name in new if old[name] != new[name]]
    event = ClientUpdated(
        target_id=after.id,
        before={name: old[name] for name in changed},
        after={name: new[name] for name in changed},
        snapshot=new,
    )
    await emit(actor, event)


async def add_secret(client_id: str, secret: str) -> None:
    """Store the hash of a secret of a client."""
    await queries.insert_secret(client_id, new_id(SECRET_ID_PREFIX), hash_token(secret), secret[-_HINT_LENGTH:])


async def read_back(client_id: str) -> StoredClient:
    """A client of which we know that it is there, past the cache; the cache forgets it after commit."""
    after_commit(cache.forgetter(client_id))
    stored = await queries.find_client(client_id)
    assert stored is not None
    return stored


def _texts(value: object) -> tuple[str, ...]:
    assert isinstance(value, tuple)
    return value
