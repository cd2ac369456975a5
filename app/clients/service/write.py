"""How clients are checked, written and told of: shared by the use cases that change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from app.clients import cache, queries, rules
from app.clients.errors import InvalidClient, raise_problems
from app.clients.queries import StoredClient
from app.clients.rules import FieldContext
from app.clients.service.outbound import policy_of
from app.clients.service.sectors import check_sector
from app.clients.types import SECRET_ID_PREFIX, Client, ClientKind, ClientSource, ClientUpdated, NewClient
from app.events.service import emit
from app.kit import clock
from app.kit.actor import Actor
from app.kit.crypto import hash_token
from app.kit.db import after_commit
from app.kit.ids import new_id
from app.kit.runtime import settings

# What a sector's document vouches for.
SECTOR_COLUMNS = frozenset({"sector_identifier_uri", "redirect_uris"})
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
    columns = new_columns(new)
    check_columns(columns, columns, new.kind)
    await _check_sector(columns, {**columns, **extra})
    await _claim_resources(str(extra["id"]), new.resource_uris)
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
    wanted, whole = changed_columns(stored, given, kind)
    check_columns(wanted, whole, kind)
    raise_problems(rules.check_trust(whole, is_dynamic=is_dynamic(whole)))
    columns = {name: value for name, value in whole.items() if stored.columns[name] != value}
    await _check_sector(columns, whole)
    await _claim_resources(stored.client.id, _texts(wanted.get("resource_uris", ())))
    if not columns:
        return stored.client
    columns["origins"] = rules.derive_origins(kind, _texts(whole["redirect_uris"]))
    await queries.update_columns(stored.client.id, {**columns, "updated_at": clock.now()})
    after = (await read_back(stored.client.id)).client
    await _tell_change(actor, stored.client, after)
    return after


async def _check_sector(changed: Mapping[str, object], whole: Mapping[str, object]) -> None:
    """Ask the sector's document where what it vouches for changes.

    Raises:
        InputProblems: as `check_sector`.
    """
    uri = whole["sector_identifier_uri"]
    if uri is not None and changed.keys() & SECTOR_COLUMNS:
        await check_sector(str(uri), _texts(whole["redirect_uris"]), policy_of(is_dynamic=is_dynamic(whole)))


def new_columns(new: NewClient) -> dict[str, object]:
    """The columns of a client to be made, defaults filled in; not checked yet."""
    return rules.fill_defaults(rules.clean_fields({f.name: getattr(new, f.name) for f in fields(new)}), new.kind)


def changed_columns(
    stored: StoredClient, given: Mapping[str, object], kind: ClientKind
) -> tuple[dict[str, object], dict[str, object]]:
    """The columns that are given, and all of the client with them; not checked yet."""
    wanted = rules.fill_defaults(rules.clean_fields(given), kind)
    return wanted, {**stored.columns, **wanted, "kind": kind.value}


def is_dynamic(whole: Mapping[str, object]) -> bool:
    """Whether nobody but the client itself says what it is."""
    source = whole.get("source", ClientSource.OPERATOR.value)
    return source != ClientSource.OPERATOR.value and not whole.get("is_declared", False)


async def _claim_resources(client_id: str, uris: Sequence[str]) -> None:
    """A URI names one resource: refuse those of other clients.

    Raises:
        InputProblems: `clients_invalid`, each that is taken.
    """
    if not uris:
        return
    await queries.lock_resources()
    owners = await queries.find_resource_owners([each for uri in uris for each in rules.spellings_of(uri)])
    others = {uri for uri, owner in owners.items() if owner != client_id}
    taken = [place for place, uri in enumerate(uris) if others & set(rules.spellings_of(uri))]
    text = "Another client is known by it."
    raise_problems([InvalidClient(text, "resource_uris", str(place)) for place in taken])


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
