"""Token families: seen and ended by whose they are, by operators, and by who manages the client that has them."""

from __future__ import annotations

from collections.abc import Sequence

from app.authz.service.access import can_manage_access
from app.events.service import emit
from app.impersonation.rules import refuse_acting
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.guard import guard, has_permission, require_sign_in
from app.kit.paging import Page, PageRequest, make_page
from app.oidc.errors import FamilyNotFound
from app.oidc.queries import families, grants
from app.oidc.queries.families import NEWEST_FIRST, FamilyOwner, TokenFamily
from app.oidc.types import FamilyRevoked

__all__ = [
    "FamilyOwner",
    "TokenFamily",
    "count_families_of",
    "get_families",
    "guard_families_of",
    "list_families_of",
    "may_view_family",
    "revoke_family",
]

_VIEW = "sessions.view_all"
_REVOKE = "sessions.revoke_all"


async def guard_families_of(actor: Actor, owner: FamilyOwner, owner_id: str) -> None:
    """Let the actor see the families of a user (oneself), or of a client (who manages access to it).

    Raises:
        Unauthenticated, Forbidden: without `sessions.view_all`.
    """
    require_sign_in(actor)
    if owner is FamilyOwner.USER and _is_own(actor, owner_id):
        return
    # Who may see all is not asked for each client of a list.
    if await has_permission(actor, _VIEW):
        return
    if owner is FamilyOwner.USER or not await can_manage_access(actor, owner_id):
        await guard(actor, _VIEW)


async def may_view_family(actor: Actor, family: TokenFamily) -> bool:
    """Whether the actor may see this family: their own, of a client that they manage, any with `sessions.view_all`."""
    return (
        _is_own(actor, family.user_id)
        or await has_permission(actor, _VIEW)
        or await can_manage_access(actor, family.client_id)
    )


async def get_families(ids: Sequence[str]) -> dict[str, TokenFamily]:
    """Those that are alive, by id, in one statement. No guard: for dataloaders, before `may_view_family`."""
    return await families.find(ids, clock.now())


async def list_families_of(
    owner_ids: Sequence[str], owner: FamilyOwner, page: PageRequest
) -> dict[str, Page[TokenFamily]]:
    """The same page of live families for each, newest first. No guard: behind `guard_families_of`.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    found = await families.list_of(owner, owner_ids, clock.now(), page)
    return {
        each: make_page(NEWEST_FIRST, page, rows, lambda row: (row.created_at, row.id)) for each, rows in found.items()
    }


async def count_families_of(owner_ids: Sequence[str], owner: FamilyOwner) -> dict[str, int]:
    """How many live families each has. No guard: behind `guard_families_of`."""
    return await families.count_of(owner, owner_ids, clock.now())


async def revoke_family(actor: Actor, family_id: str) -> TokenFamily:
    """End a family: its refresh tokens, access tokens and userinfo at once. Session and consent stay.

    One's own, one of a client whose access the actor manages, or any with `sessions.revoke_all`.

    Returns:
        The family as it was.

    Raises:
        Unauthenticated, Forbidden: hidden ones are not told from those that do not exist.
        FamilyNotFound: it does not exist, or is over.
        NotWhileActing: an operator acts as the user.
    """
    require_sign_in(actor)
    refuse_acting(actor)
    family = (await families.find([family_id], clock.now())).get(family_id)
    if family is None or not await _may_revoke(actor, family):
        await guard(actor, _REVOKE)
        raise FamilyNotFound
    if not await grants.revoke(family_id):
        raise FamilyNotFound
    before = {"client_id": family.client_id, "session_id": family.session_id, "scope": " ".join(family.scope)}
    await emit(actor, FamilyRevoked(target_id=family_id, about_user_id=family.user_id, before=before))
    return family


async def _may_revoke(actor: Actor, family: TokenFamily) -> bool:
    return (
        _is_own(actor, family.user_id)
        or await has_permission(actor, _REVOKE)
        or await can_manage_access(actor, family.client_id)
    )


def _is_own(actor: Actor, user_id: str) -> bool:
    return actor.kind is ActorKind.USER and actor.id == user_id
