"""Models: saved as immutable versions, previewed before, refused when they would strand something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.authz.engine.schema import Schema, own_types
from app.authz.engine.system import SYSTEM_TYPE_IDS, system_model
from app.authz.errors import AssertionsFailed, ModelConflict, ModelNotFound, ModelStrands
from app.authz.language.diff import diff_models
from app.authz.language.printer import print_model
from app.authz.language.problems import ModelProblem
from app.authz.queries import models as queries
from app.authz.queries.changes import add_write
from app.authz.queries.head import Head, lock_head, read_head, take_revision
from app.authz.queries.models import StoredModel
from app.authz.service.access import guard_scope
from app.authz.service.blockers import find_blockers
from app.authz.service.drafts import ReadDraft, check_renames, put_beside, read_draft, run_assertions
from app.authz.service.impact import find_impact
from app.authz.service.texts import read_aside, read_kept, read_stored
from app.authz.types.events import ModelSaved
from app.authz.types.model import Model
from app.authz.types.saving import Blocker, FailedAssertion, Impact, ModelDraft, ModelPreview, ModelReview, ModelVersion
from app.events.service import emit
from app.kit.actor import Actor
from app.kit.guard import guard
from app.kit.ids import new_id
from app.kit.notify import notify_after_commit
from app.kit.paging import Direction, Page, PageRequest, Sort, make_page
from app.policies.service import names_in

MODEL_PREFIX: Final = "mdl"
CHANNEL: Final = "auther_tuples"
RETIRED: Final = "the client is gone"
_MAX_NOTE: Final = 1_000
_MAX_TOLD: Final = 3
# Stands in every model, of any form, that names a policy.
_NAMES_POLICY: Final = "policy"
_EMPTY: Final = Model()
_SORT = Sort("models", ("version",), ("int",), Direction.DESC)


@dataclass(frozen=True)
class _Plan:
    """A draft beside what is in force."""

    head: Head
    latest: StoredModel | None
    draft: ReadDraft
    text: str
    before: Schema
    after: Schema
    blockers: list[Blocker]
    failed: list[FailedAssertion]


async def save_model(actor: Actor, draft: ModelDraft) -> ModelVersion:
    """Save a new version, in force from its revision on. The same text again gives the version in force.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client, or `platform.manage_platform`.
        ModelProblems: what is wrong with the text, each with its place.
        RenameInvalid, NameTaken, ModelConflict, AssertionsTooSlow.
        AssertionsFailed: assertions of the model that do not hold.
        ModelStrands: what would be left without meaning.
    """
    await guard_scope(actor, draft.scope)
    plan = await _plan(draft, await lock_head())
    if plan.latest is not None and plan.text == plan.latest.source:
        return to_version(plan.latest)
    if plan.failed:
        raise AssertionsFailed([f"line {each.line}: {each.text} is {each.actual}" for each in plan.failed[:_MAX_TOLD]])
    if plan.blockers:
        raise ModelStrands([f"{each.count} ({each.reason})" for each in plan.blockers[:_MAX_TOLD]])
    return await _store(actor, draft, plan)


async def review_model(actor: Actor, draft: ModelDraft) -> ModelReview:
    """Whether a draft can be saved: difference, warnings, what stands in its way.

    Raises:
        Forbidden, Unauthenticated: as `save_model`.
        ModelProblems, RenameInvalid, NameTaken, ModelConflict, AssertionsTooSlow.
    """
    await guard_scope(actor, draft.scope)
    return ModelReview(*_review(await _plan(draft, await read_head())))


async def preview_model(actor: Actor, draft: ModelDraft) -> ModelPreview:
    """What saving would do: a review, and who gains and who loses.

    Raises:
        Forbidden, Unauthenticated: as `save_model`.
        ModelProblems, RenameInvalid, NameTaken, ModelConflict, AssertionsTooSlow.
    """
    await guard_scope(actor, draft.scope)
    plan = await _plan(draft, await read_head())
    return ModelPreview(*_review(plan), await find_impact(plan.before, plan.after, draft.scope, plan.head.revision))


def _review(
    plan: _Plan,
) -> tuple[Model, str, tuple[ModelProblem, ...], tuple[Blocker, ...], tuple[FailedAssertion, ...]]:
    before = read_kept(plan.latest.source) if plan.latest else _EMPTY
    text = diff_models(before, plan.draft.model).text
    return plan.draft.model, text, plan.draft.warnings, tuple(plan.blockers), tuple(plan.failed)


async def find_current_model(actor: Actor, scope: str) -> ModelVersion | None:
    """The version in force of a scope, None when it has no model.

    Raises:
        Forbidden, Unauthenticated: as `save_model`.
    """
    await guard_scope(actor, scope)
    stored = await queries.find_latest(scope)
    return to_version(stored) if stored else None


async def get_current_models(scopes: Sequence[str]) -> dict[str, ModelVersion]:
    """The versions in force, in one statement. No guard: for dataloaders behind one."""
    return {scope: to_version(stored) for scope, stored in (await queries.find_latest_of(scopes)).items()}


async def get_models(ids: Sequence[str]) -> dict[str, ModelVersion]:
    """Versions by their ids, in one statement. No guard: for dataloaders behind one."""
    return {model_id: to_version(stored) for model_id, stored in (await queries.find_models(ids)).items()}


async def find_version(actor: Actor, scope: str, version: int) -> ModelVersion:
    """One version of a scope's model.

    Raises:
        ModelNotFound.
        Forbidden, Unauthenticated: as `save_model`.
    """
    await guard_scope(actor, scope)
    stored = await queries.find_version(scope, version)
    if stored is None:
        raise ModelNotFound
    return to_version(stored)


async def list_versions(actor: Actor, scope: str, page: PageRequest) -> Page[ModelVersion]:
    """Versions of a scope's model, newest first.

    Raises:
        Forbidden, Unauthenticated: as `save_model`.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await guard_scope(actor, scope)
    rows = [to_version(stored) for stored in await queries.list_versions(scope, _SORT, page)]
    return make_page(_SORT, page, rows, lambda each: (each.version,))


async def show_system_model(actor: Actor) -> str:
    """The model that guards Auther itself, as text.

    Raises:
        Forbidden, Unauthenticated: without `platform.manage_platform`.
    """
    await guard(actor, "platform.manage_platform")
    return print_model(system_model())


async def _plan(draft: ModelDraft, head: Head) -> _Plan:
    in_force = {each.scope: each for each in await queries.list_in_force(head.revision)}
    latest = in_force.pop(draft.scope, None)
    if draft.expected_version is not None and draft.expected_version != (latest.version if latest else 0):
        raise ModelConflict(latest.version if latest else 0)
    others = {scope: await read_stored(each.source) for scope, each in in_force.items()}
    policies = await names_in(draft.scope) if _NAMES_POLICY in draft.source else frozenset[str]()
    read = await read_aside(draft.source, lambda: read_draft(draft.source, draft.scope, others.get(""), policies))
    current = await read_stored(latest.source) if latest else _EMPTY
    ids = {("", name): number for name, number in SYSTEM_TYPE_IDS.items()} | await queries.read_type_ids()
    check_renames(draft.renames, current, read.model, {name for scope, name in ids if scope == draft.scope})
    before = put_beside(draft.scope, current, others, ids, {})
    after = put_beside(draft.scope, read.model, others, ids, draft.renames)
    return _Plan(
        head,
        latest,
        read,
        print_model(read.model),
        before,
        after,
        await find_blockers(before, after, draft.scope, others),
        await run_assertions(draft.scope, read.model, others),
    )


async def _store(actor: Actor, draft: ModelDraft, plan: _Plan) -> ModelVersion:
    await queries.rename_types(draft.scope, draft.renames)
    await queries.add_types(draft.scope, [each.name for each in own_types(plan.draft.model, SYSTEM_TYPE_IDS)])
    revision = await take_revision(is_model=True)
    note = draft.note[:_MAX_NOTE] if draft.note else None
    await add_write(actor, revision, kind="model", reason=note)
    stored = await queries.insert_model(
        actor,
        new_id(MODEL_PREFIX),
        scope=draft.scope,
        version=plan.latest.version + 1 if plan.latest else 1,
        revision=revision,
        source=plan.text,
        note=note,
    )
    after = {"scope": draft.scope or None, "version": stored.version, "renames": dict(draft.renames)}
    await emit(actor, ModelSaved(target_id=stored.id, after=after, reason=note))
    notify_after_commit(CHANNEL, str(revision))
    return to_version(stored)


async def retire_model(actor: Actor, scope: str) -> None:
    """Put an empty model in force for a scope that is gone; its versions stay. No guard: for reactions."""
    if await queries.find_latest(scope) is None:
        return
    await lock_head()
    latest = await queries.find_latest(scope)
    assert latest is not None
    revision = await take_revision(is_model=True)
    await add_write(actor, revision, kind="model", reason=RETIRED)
    await queries.insert_model(
        actor,
        new_id(MODEL_PREFIX),
        scope=scope,
        version=latest.version + 1,
        revision=revision,
        source=print_model(_EMPTY),
        note=RETIRED,
    )
    notify_after_commit(CHANNEL, str(revision))


def to_version(stored: StoredModel) -> ModelVersion:
    """What others see of a stored version."""
    return ModelVersion(
        stored.id,
        stored.scope,
        stored.version,
        stored.source,
        stored.note,
        stored.author_kind,
        stored.author_id,
        stored.created_at,
    )


__all__ = [
    "Impact",
    "find_current_model",
    "find_version",
    "get_current_models",
    "get_models",
    "list_versions",
    "preview_model",
    "review_model",
    "save_model",
    "show_system_model",
]
