"""Identity providers, as operators set them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from app.events.service import emit
from app.kit import clock, db
from app.kit.actor import Actor
from app.kit.guard import guard, has_permission
from app.kit.idempotency import read_creation
from app.kit.ids import new_id
from app.kit.paging import Page, PageRequest, make_page
from app.upstream import queries, rules
from app.upstream.errors import (
    IdempotencyMismatch,
    ProviderInUse,
    ProviderNotFound,
    ProviderUnavailable,
    raise_problems,
)
from app.upstream.service.going import seal_secret
from app.upstream.service.talking import read_keys, read_metadata
from app.upstream.types import (
    AUTH_BASIC,
    PROVIDER_PREFIX,
    Finding,
    NewProvider,
    Provider,
    ProviderChanges,
    ProviderCreated,
    ProviderDeleted,
    ProviderFilter,
    ProviderKind,
    ProviderSort,
    ProviderUpdated,
)

PERMISSION = "platform.manage_platform"
# Stands for a secret that is kept, where fields are checked together.
_KEPT = "kept"


async def create_provider(actor: Actor, new: NewProvider, *, idempotency_key: str | None = None) -> Provider:
    """Set up a provider. The same idempotency key with the same input gives the same provider again.

    Raises:
        Forbidden: without `platform.manage_platform`.
        InputProblems: everything that is wrong with it.
        SlugTaken. IdempotencyMismatch: the key was used for other input. IdempotencyKeyInvalid.
    """
    await guard(actor, PERMISSION)
    columns = _fill(asdict(new), new.kind)
    raise_problems(rules.check_provider(columns))
    if idempotency_key is None:
        return await _insert(actor, columns)
    creation = read_creation(actor, idempotency_key, new)
    made = await queries.find_by_creation_key(creation.key)
    if made is None:
        return await _insert(actor, {**columns, "creation_key": creation.key, "creation_digest": creation.digest})
    if not creation.repeats(made[0]):
        raise IdempotencyMismatch
    return made[1]


async def _insert(actor: Actor, columns: Mapping[str, Any]) -> Provider:
    now = clock.now()
    provider_id = new_id(PROVIDER_PREFIX)
    await queries.insert_provider({"id": provider_id, **_store(columns), "created_at": now, "updated_at": now})
    provider = await get_provider(provider_id)
    await emit(actor, ProviderCreated(target_id=provider.id, after=describe(provider)))
    return provider


async def update_provider(actor: Actor, provider_id: str, changes: ProviderChanges) -> Provider:
    """Change a provider; nothing happens when all is as wanted. Its slug and its kind stay: links depend on them.

    Raises:
        Forbidden: without `platform.manage_platform`.
        ProviderNotFound. InputProblems: also when the stored secret would be sent elsewhere.
        ProviderInUse: people are linked by it, and would become others.
    """
    await guard(actor, PERMISSION)
    found = await queries.lock_provider(provider_id)
    if found is None:
        raise ProviderNotFound
    before, sealed = found
    given, old = changes.given(), _columns(before)
    whole = _fill({**old, "client_secret": _KEPT if sealed else None, **given}, before.kind)
    keeps_secret = sealed is not None and "client_secret" not in given
    raise_problems(rules.check_provider(whole) + (rules.check_secret_stays(old, whole) if keeps_secret else []))
    mover = rules.find_mover(before.kind, old, whole)
    if mover is not None and await queries.has_identities(provider_id):
        raise ProviderInUse(mover)
    wanted = {name: whole[name] for name in given if name == "client_secret" or whole[name] != old[name]}
    if wanted:
        await queries.update_provider(provider_id, {**_store(wanted), "updated_at": clock.now()})
    after = await get_provider(provider_id)
    if wanted:
        await _tell_change(actor, before, after, has_new_secret="client_secret" in wanted)
    return after


async def delete_provider(actor: Actor, provider_id: str) -> Provider:
    """Delete a provider with every link to it; nobody signs in through it any more. Sessions stay.

    Raises:
        Forbidden: without `platform.manage_platform`.
        ProviderNotFound.
    """
    await guard(actor, PERMISSION)
    found = await queries.lock_provider(provider_id)
    if found is None:
        raise ProviderNotFound
    await queries.delete_provider(provider_id)
    await emit(actor, ProviderDeleted(target_id=provider_id, before=describe(found[0])))
    return found[0]


async def examine_provider(actor: Actor, provider_id: str) -> list[Finding]:
    """Try what can be tried without a person: discovery and keys. Not inside a unit of work.

    Raises:
        Forbidden: without `platform.manage_platform`.
        ProviderNotFound.
    """
    await guard(actor, PERMISSION)
    provider = await get_provider(provider_id)
    if provider.kind is ProviderKind.OAUTH2:
        return [Finding("endpoints", None)]
    findings: list[Finding] = []
    try:
        endpoints = await read_metadata(provider)
        findings.append(Finding("discovery", None))
        keys = await read_keys(provider, endpoints)
        findings.append(Finding("keys", None if keys else "There is no signing key that we can use."))
    except ProviderUnavailable as error:
        findings.append(Finding("keys" if findings else "discovery", error.detail))
    return findings


async def get_provider(provider_id: str) -> Provider:
    """The provider. No guard: for this room.

    Raises:
        ProviderNotFound.
    """
    provider = (await queries.find_providers([provider_id])).get(provider_id)
    if provider is None:
        raise ProviderNotFound
    return provider


async def get_providers(ids: Sequence[str]) -> dict[str, Provider]:
    """Those that exist, by id, in one statement. No guard: for dataloaders behind one."""
    return await queries.find_providers(ids)


async def may_view_providers(actor: Actor) -> bool:
    """Whether the actor may see how providers are set up: with `platform.manage_platform`."""
    return await has_permission(actor, PERMISSION)


async def list_providers(actor: Actor, wanted: ProviderFilter, sort: ProviderSort, page: PageRequest) -> Page[Provider]:
    """One page of providers.

    Raises:
        Forbidden: without `platform.manage_platform`.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await guard(actor, PERMISSION)
    rows = await queries.list_providers(wanted, sort.value, page)
    by_name = sort is ProviderSort.NAME_ASC
    found = make_page(sort.value, page, rows, lambda row: (row[1] if by_name else row[0].created_at, row[0].id))
    return Page(tuple(each for each, _ in found.items), found.cursors, found.has_next, found.has_previous)


async def count_providers(actor: Actor, wanted: ProviderFilter) -> int:
    """How many providers match.

    Raises:
        Forbidden: without `platform.manage_platform`.
    """
    await guard(actor, PERMISSION)
    return await queries.count_providers(wanted)


def describe(provider: Provider) -> dict[str, object]:
    """A provider as audit rows show it: JSON values, nothing of its secret."""
    values = {each.name: getattr(provider, each.name) for each in fields(provider)}
    return {
        **values, "kind": provider.kind.value, "scopes": list(provider.scopes), "claims": dict(provider.claims),
        "created_at": provider.created_at.isoformat(), "updated_at": provider.updated_at.isoformat(),
    }  # fmt: skip


def _fill(columns: Mapping[str, Any], kind: ProviderKind) -> dict[str, Any]:
    """The columns with the kind's defaults for what was left to it."""
    filled = dict(columns)
    if filled.get("scopes") is None:
        filled["scopes"] = rules.SCOPES[kind]
    if filled.get("token_endpoint_auth_method") is None:
        filled["token_endpoint_auth_method"] = AUTH_BASIC
    filled["name"] = str(filled["name"]).strip()
    return filled


def _columns(provider: Provider) -> dict[str, Any]:
    values = {each.name: getattr(provider, each.name) for each in fields(provider)}
    for name in ("id", "has_secret", "created_at", "updated_at"):
        del values[name]
    return values


def _store(columns: Mapping[str, Any]) -> dict[str, object]:
    stored = dict(columns)
    if "kind" in stored:
        stored["kind"] = stored["kind"].value
    if "claims" in stored:
        stored["claims"] = db.dump_json(dict(stored["claims"]))
    if stored.get("client_secret") is not None:
        stored["client_secret"] = seal_secret(str(stored["client_secret"]))
    return stored


async def _tell_change(actor: Actor, before: Provider, after: Provider, *, has_new_secret: bool) -> None:
    old, new = describe(before), describe(after)
    changed = [name for name in new if old[name] != new[name] and name != "updated_at"]
    told: dict[str, object] = {name: new[name] for name in changed}
    if has_new_secret:
        told["client_secret_changed"] = True
    event = ProviderUpdated(target_id=after.id, before={name: old[name] for name in changed}, after=told)
    await emit(actor, event)
