"""Consents as edges of users: for many users in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.clients.service import get_clients
from app.clients.types import Client
from app.kit.actor import Actor
from app.kit.guard import guard, require_sign_in
from app.kit.paging import Page, PageRequest, make_page
from app.oidc.queries import edges as queries
from app.oidc.queries.edges import LATEST_FIRST, StoredConsent
from app.users.service import may_view_user

__all__ = [
    "StoredConsent",
    "count_consents_of",
    "get_consents",
    "guard_consents_of",
    "list_clients_of",
    "list_consents_of",
    "may_view_consent",
]


async def guard_consents_of(actor: Actor, user_id: str) -> None:
    """Let the actor see what this user allowed: themselves, anybody with `users.view`.

    Raises:
        Unauthenticated, Forbidden.
    """
    require_sign_in(actor)
    if not await may_view_user(actor, user_id):
        await guard(actor, "users.view")


async def may_view_consent(actor: Actor, consent: StoredConsent) -> bool:
    """Whether the actor may see this consent: one's own, anybody's with `users.view`."""
    return await may_view_user(actor, consent.user_id)


async def get_consents(ids: Sequence[str]) -> dict[str, StoredConsent]:
    """Those that exist, by id, in one statement. No guard: for dataloaders, before `may_view_consent`."""
    return await queries.find_consents(ids)


async def list_consents_of(user_ids: Sequence[str], page: PageRequest) -> dict[str, Page[StoredConsent]]:
    """The same page for each user, the latest use first. No guard: behind `guard_consents_of`.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    found = await queries.list_consents_of(user_ids, page)
    return {
        user_id: make_page(LATEST_FIRST, page, rows, lambda each: (each.updated_at, each.id))
        for user_id, rows in found.items()
    }


async def list_clients_of(user_ids: Sequence[str], page: PageRequest) -> dict[str, Page[Client]]:
    """The same page of used clients for each user, in the order of consents. No guard: behind `guard_consents_of`.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    used = await list_consents_of(user_ids, page)
    found = await get_clients(list({each.client_id for consents in used.values() for each in consents.items}))
    return {user_id: _with_clients(consents, found) for user_id, consents in used.items()}


async def count_consents_of(user_ids: Sequence[str]) -> dict[str, int]:
    """How many applications each user has used. No guard: behind `guard_consents_of`."""
    return await queries.count_consents_of(user_ids)


def _with_clients(consents: Page[StoredConsent], found: Mapping[str, Client]) -> Page[Client]:
    # A consent goes with its client; one that went in this very moment is left out.
    kept = [
        (found[consent.client_id], cursor)
        for consent, cursor in zip(consents.items, consents.cursors, strict=True)
        if consent.client_id in found
    ]
    clients, cursors = tuple(client for client, _ in kept), tuple(cursor for _, cursor in kept)
    return Page(clients, cursors, consents.has_next, consents.has_previous)
