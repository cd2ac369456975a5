"""What each room tells of a person in an export, and moves when two accounts become one."""

from __future__ import annotations

from collections.abc import Sequence

from app.api_keys.service import list_keys_of
from app.api_keys.types import ApiKey, OwnerKind
from app.authz.service import list_tuples
from app.authz.service.moving import move_tuples
from app.authz.types import StoredTuple, SubjectRef, TupleFilter
from app.contexts.service import describe_applied, move_applied
from app.credentials.service import has_password
from app.events.service import list_audit_events, list_events_about
from app.events.types import AuditEvent, AuditFilter
from app.factors.service import find_factors_of
from app.kit.actor import SYSTEM, Actor
from app.kit.paging import Page, PageRequest
from app.lifecycle.rules import show_event, show_own_deed
from app.lifecycle.service import listed, move_in_merge, paged, paged_by, tell_in_export
from app.mail.service import list_mails_of
from app.oidc.edges import list_consents_of
from app.oidc.families import FamilyOwner, TokenFamily, list_families_of
from app.oidc.leaving import move_consents
from app.sessions.service import list_sessions_of
from app.upstream.service.identities import list_links_of
from app.upstream.service.moving import move_links

_USER = "user"


def tie_accounts() -> None:
    """Tie the rooms to exports and merges, in the order in which an export shows them."""
    tell_in_export("sign_in", listed(_describe_factors))
    tell_in_export("linked_identities", paged(list_links_of))
    tell_in_export("sessions", paged(list_sessions_of))
    tell_in_export("consents", paged(list_consents_of))
    tell_in_export("registration_contexts", listed(describe_applied))
    tell_in_export("token_families", paged_by(_families))
    tell_in_export("api_keys", paged_by(_keys))
    tell_in_export("tuples", paged_by(_tuples, lambda _, row: row.tuple))
    tell_in_export("mails", paged_by(list_mails_of))
    tell_in_export("audit_about", paged_by(_events_about, show_event))
    tell_in_export("audit_by", paged_by(_events_by, show_own_deed))
    move_in_merge("linked_identities", move_links)
    move_in_merge("tuples", _move_tuples)
    move_in_merge("consents", move_consents)
    move_in_merge("registration_contexts", move_applied)


async def _describe_factors(user_id: str) -> Sequence[object]:
    return ({"has_password": await has_password(user_id), "factors": await find_factors_of(user_id)},)


async def _families(user_id: str, page: PageRequest) -> Page[TokenFamily]:
    return (await list_families_of([user_id], FamilyOwner.USER, page))[user_id]


async def _keys(user_id: str, page: PageRequest) -> Page[ApiKey]:
    return (await list_keys_of([user_id], OwnerKind.USER, page))[user_id]


async def _tuples(user_id: str, page: PageRequest) -> Page[StoredTuple]:
    return await list_tuples(SYSTEM, TupleFilter(subject_type=_USER, subject_id=user_id), page)


async def _events_about(user_id: str, page: PageRequest) -> Page[AuditEvent]:
    return (await list_events_about([user_id], page))[user_id]


async def _events_by(user_id: str, page: PageRequest) -> Page[AuditEvent]:
    return await list_audit_events(SYSTEM, AuditFilter(actor_id=user_id), page)


async def _move_tuples(actor: Actor, source_id: str, target_id: str, *, is_dry_run: bool) -> tuple[int, int]:
    source, target = SubjectRef(_USER, source_id), SubjectRef(_USER, target_id)
    return await move_tuples(actor, source, target, is_dry_run=is_dry_run)
