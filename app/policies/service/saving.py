"""Saving and deleting policies: each save is a version, and none contradicts its own samples."""

from __future__ import annotations

from app.events.service import emit
from app.kit.actor import Actor
from app.kit.guard import guard, require_sign_in
from app.kit.idempotency import Creation, read_creation
from app.policies.errors import PolicyConflict, PolicyIdempotencyMismatch, PolicyInUse, PolicyNotFound
from app.policies.queries import policies as queries
from app.policies.queries import versions as version_queries
from app.policies.rules import are_same_samples, check_draft
from app.policies.service.access import MANAGE_ACCESS, guard_scope
from app.policies.service.current import forget_policy
from app.policies.service.trying import check_source, find_failures, raise_all, run_samples
from app.policies.service.usage import count_usage, freeze_usage
from app.policies.types import KEEP, Policy, PolicyDeleted, PolicyDraft, PolicyReview, PolicySaved, Sample


async def review_policy(actor: Actor, draft: PolicyDraft) -> PolicyReview:
    """Make sure that a draft may be saved: compile it, and run it with its samples. Best outside of a unit of work.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client, or `platform.manage_platform`.
        InputProblems, or a single problem: what is wrong with name, texts and samples; samples that do not hold.
        PolicySyntax, PolicyTooLong, SamplesTooSlow.
    """
    await guard_scope(actor, draft.scope)
    raise_all(check_draft(draft))
    warnings = await check_source(draft.source)
    samples = draft.samples if draft.samples is not None else await _read_samples(draft)
    raise_all(find_failures(await run_samples(draft.source, samples, f"try:{draft.scope}")))
    return PolicyReview(draft, warnings, samples)


async def save_policy(
    actor: Actor, draft: PolicyDraft, *, review: PolicyReview | None = None, idempotency_key: str | None = None
) -> Policy:
    """Save a policy; it is in force at once. The same source and samples again make no other version.

    Args:
        review: of this draft, where it was reviewed before the unit of work began.
        idempotency_key: the same key with the same draft gives the same policy again.

    Raises:
        As `review_policy`.
        PolicyConflict: another version than the expected one is in force, or the samples that were to stay changed.
        PolicyClientUnknown. PolicyIdempotencyMismatch, IdempotencyKeyInvalid.
    """
    await guard_scope(actor, draft.scope)
    reviewed = review or await review_policy(actor, draft)
    creation = read_creation(actor, idempotency_key, draft) if idempotency_key is not None else None
    repeated = await _find_repeated(creation) if creation is not None else None
    if repeated is not None:
        return repeated
    before = await queries.lock_name(draft.scope, draft.name)
    in_force = before.version if before else 0
    if draft.expected_version is not None and draft.expected_version != in_force:
        raise PolicyConflict(in_force)
    stored = await _samples_of(before)
    if draft.samples is None and not are_same_samples(stored, reviewed.samples):
        raise PolicyConflict(in_force)
    is_new = before is None or before.source != draft.source or not are_same_samples(stored, reviewed.samples)
    if before is not None and not is_new:
        if creation is not None:
            await queries.insert_repeat(before.id, creation.key, creation.digest)
        return await _describe_anew(actor, before, draft)
    return await _store(actor, before, reviewed, creation)


async def delete_policy(actor: Actor, policy_id: str) -> Policy:
    """Delete a policy with its versions and evaluations; what it was.

    Raises:
        Forbidden, Unauthenticated: as `review_policy`.
        PolicyNotFound. PolicyInUse: permissions or tuples refer to it.
    """
    require_sign_in(actor)
    found = (await queries.find_policies([policy_id])).get(policy_id)
    if found is None:
        await guard(actor, MANAGE_ACCESS)
        raise PolicyNotFound
    await guard_scope(actor, found.scope)
    # First what refers to it, then the policy: the order of whoever writes tuples.
    await freeze_usage()
    policy = await queries.lock_policy(policy_id)
    if policy is None:
        raise PolicyNotFound
    usage = (await count_usage([policy.key]))[policy.key]
    if usage.is_any:
        raise PolicyInUse(usage)
    await _delete(actor, policy)
    return policy


async def delete_policies_of(actor: Actor, client_id: str) -> None:
    """Delete the policies of a client that is about to go. No guard: callers delete the client."""
    for policy in await queries.lock_of_client(client_id):
        await _delete(actor, policy)


async def _read_samples(draft: PolicyDraft) -> tuple[Sample, ...]:
    key = (draft.scope, draft.name)
    return await _samples_of((await queries.find_by_keys([key])).get(key))


async def _samples_of(policy: Policy | None) -> tuple[Sample, ...]:
    return (await version_queries.list_samples([policy.version_id]))[policy.version_id] if policy else ()


async def _find_repeated(creation: Creation) -> Policy | None:
    made = await queries.find_by_creation_key(creation.key)
    if made is None:
        return None
    digest, policy_id = made
    if not creation.repeats(digest):
        raise PolicyIdempotencyMismatch
    return (await queries.find_policies([policy_id]))[policy_id]


async def _describe_anew(actor: Actor, before: Policy, draft: PolicyDraft) -> Policy:
    if draft.description is KEEP or draft.description == before.description:
        return before
    await queries.update_policy(before.id, before.version, draft.description)
    told = PolicySaved(
        target_id=before.id,
        before={**_name(before), "description": before.description},
        after={**_name(before), "description": draft.description},
        reason=draft.note,
    )
    await emit(actor, told)
    return (await queries.find_policies([before.id]))[before.id]


async def _store(actor: Actor, before: Policy | None, review: PolicyReview, creation: Creation | None) -> Policy:
    draft = review.draft
    kept = before.description if before else None
    description = kept if draft.description is KEEP else draft.description
    version = before.version + 1 if before else 1
    policy_id = before.id if before else await queries.insert_policy(draft.scope, draft.name, description)
    marks = (creation.key, creation.digest) if creation else None
    version_id = await queries.insert_version(actor, policy_id, version, review, creation=marks)
    await version_queries.insert_samples(version_id, review.samples)
    await queries.update_policy(policy_id, version, description)
    forget_policy((draft.scope, draft.name))
    saved = (await queries.find_policies([policy_id]))[policy_id]
    told = PolicySaved(
        target_id=policy_id, before=_name(before) if before else None, after=_name(saved), reason=draft.note
    )
    await emit(actor, told)
    return saved


async def _delete(actor: Actor, policy: Policy) -> None:
    await queries.delete_policy(policy.id)
    forget_policy(policy.key)
    await emit(actor, PolicyDeleted(target_id=policy.id, before={**_name(policy), "source": policy.source}))


def _name(policy: Policy) -> dict[str, object]:
    return {"scope": policy.scope or None, "name": policy.name, "version": policy.version}
