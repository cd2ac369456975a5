"""Looking at policies, their versions, samples and evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.kit.actor import Actor
from app.kit.paging import Direction, Page, PageRequest, Sort, make_page
from app.policies.queries import evaluations as evaluation_queries
from app.policies.queries import policies as queries
from app.policies.queries import versions as version_queries
from app.policies.service.access import guard_scope
from app.policies.types import (
    EvaluationFilter,
    Policy,
    PolicyVersion,
    Sample,
    StoredEvaluation,
)

_POLICIES: Final = Sort("policies:name", ("p.name", "p.id"), ("text", "text"), Direction.ASC)
_VERSIONS: Final = Sort("policies:versions", ("version",), ("int",), Direction.DESC)
_EVALUATIONS: Final = Sort(
    "policies:evaluations", ("evaluated_at", "id"), ("timestamptz", "text"), Direction.DESC
)  # fmt: skip


async def list_policies(actor: Actor, scope: str, search: str | None, page: PageRequest) -> Page[Policy]:
    """One page of a scope's policies by name, all or those with a text in name or description.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client, or `platform.manage_platform`.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await guard_scope(actor, scope)
    rows = await queries.list_policies(scope, search or None, _POLICIES, page)
    return make_page(_POLICIES, page, rows, lambda each: (each.name, each.id))


async def count_policies(actor: Actor, scope: str, search: str | None) -> int:
    """How many policies match; counting stops at `paging.COUNT_BOUND` + 1.

    Raises:
        Forbidden, Unauthenticated: as `list_policies`.
    """
    await guard_scope(actor, scope)
    return await queries.count_policies(scope, search or None)


async def find_policy(actor: Actor, scope: str, name: str) -> Policy | None:
    """A policy by its name; None when there is none.

    Raises:
        Forbidden, Unauthenticated: as `list_policies`.
    """
    await guard_scope(actor, scope)
    return (await queries.find_by_keys([(scope, name)])).get((scope, name))


async def names_in(scope: str) -> frozenset[str]:
    """The names of a scope's policies, as they are now. No guard: for who writes models and tuples."""
    return await queries.list_names(scope)


async def get_policies(ids: Sequence[str]) -> dict[str, Policy]:
    """Those that exist, by id, in one statement. No guard: for dataloaders, before `may_keep`."""
    return await queries.find_policies(ids)


async def get_versions(ids: Sequence[str]) -> dict[str, PolicyVersion]:
    """Those that exist, by id, in one statement. No guard: for dataloaders behind one."""
    return await version_queries.find_versions(ids)


async def get_versions_at(places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], PolicyVersion]:
    """Versions by policy and number, in one statement. No guard: for dataloaders behind one."""
    return await version_queries.find_at(places)


async def get_samples(version_ids: Sequence[str]) -> dict[str, tuple[Sample, ...]]:
    """The samples of versions, in one statement. No guard: for dataloaders behind one."""
    return await version_queries.list_samples(version_ids)


async def get_evaluations(ids: Sequence[str]) -> dict[str, StoredEvaluation]:
    """Those that exist, by id, in one statement. No guard: for dataloaders behind one."""
    return await evaluation_queries.find_evaluations(ids)


async def list_versions_of(policy_ids: Sequence[str], page: PageRequest) -> dict[str, Page[PolicyVersion]]:
    """The same page of versions for each policy, newest first. No guard: for dataloaders behind one.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    found = await version_queries.list_versions(policy_ids, _VERSIONS, page)
    return {key: make_page(_VERSIONS, page, rows, lambda each: (each.version,)) for key, rows in found.items()}


async def count_versions_of(policy_ids: Sequence[str]) -> dict[str, int]:
    """How many versions each policy has. No guard: for dataloaders behind one."""
    return await version_queries.count_versions(policy_ids)


async def list_evaluations_of(
    policy_ids: Sequence[str], wanted: EvaluationFilter, page: PageRequest
) -> dict[str, Page[StoredEvaluation]]:
    """The same page of what was recorded for each policy, newest first. No guard: for dataloaders behind one.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    found = await evaluation_queries.list_evaluations(policy_ids, wanted, _EVALUATIONS, page)
    return {
        key: make_page(_EVALUATIONS, page, rows, lambda each: (each.evaluated_at, each.id))
        for key, rows in found.items()
    }


async def count_evaluations_of(policy_ids: Sequence[str], wanted: EvaluationFilter) -> dict[str, int]:
    """How many evaluations of each policy match. No guard: for dataloaders behind one."""
    return await evaluation_queries.count_evaluations(policy_ids, wanted)
