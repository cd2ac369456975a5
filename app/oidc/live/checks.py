"""`check-permission`, alone and in batches, and `list-objects`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.authz.engine.listing import ObjectQuery
from app.authz.engine.resolve import Resolution
from app.authz.service.asking import ask_many
from app.authz.service.checks import LATEST
from app.authz.service.lists import find_ids
from app.authz.service.sources import open_source
from app.authz.types import Context, Decision, SubjectRef
from app.authz.types.answers import PlainQuestion
from app.kit.actor import Actor
from app.kit.paging import PageRequest
from app.oidc.live.errors import QuestionInvalid, TooManyChecks
from app.oidc.live.names import Names, check_scope, may_ask_others, open_names, own_subject

# Checks of one request; its body is bounded as well.
MAX_CHECKS: Final = 1_000
_DEFAULT_PAGE: Final = "100"
_NOTHING: Final[Context] = {}


async def check_one(actor: Actor, sent: object) -> dict[str, object]:
    """The answer to one check.

    Raises:
        InvalidInput: `oidc_check_invalid`, it is not formed as it should be.
        Forbidden: about another subject, without `manage_access`.
    """
    return (await _answer(actor, [sent], is_batch=False))[0]


async def check_batch(actor: Actor, sent: object) -> dict[str, object]:
    """The answers to many checks, in their order, from one state of the tuples.

    Raises:
        InvalidInput: `oidc_check_invalid`, one is not formed as it should be.
        LimitReached: `oidc_check_limit`.
        Forbidden: one is about another subject, without `manage_access`.
    """
    checks = sent.get("checks") if isinstance(sent, dict) else None
    if not isinstance(checks, list):
        raise QuestionInvalid("checks is a list", "checks")
    if len(checks) > MAX_CHECKS:
        raise TooManyChecks(MAX_CHECKS, "checks")
    return {"results": await _answer(actor, checks, is_batch=True)}


async def list_reachable(actor: Actor, params: Mapping[str, str]) -> dict[str, object]:
    """A page of the entities of a type that a subject has a permission on, the caller unless another is named.

    Raises:
        InvalidInput, LimitReached: of the parameters. TypeUnknown, ActionUnknown: the question means nothing.
        Forbidden: about another subject, without `manage_access`.
    """
    kind, permission = _text(params, "entityType"), _text(params, "permission")
    first = params.get("first", _DEFAULT_PAGE)
    if not first.isascii() or not first.isdigit():
        raise QuestionInvalid("first is a number", "first")
    source = await open_source(LATEST)
    names, own = await open_names(actor, source), own_subject(actor)
    subject = _named_subject(params, own, names) or own
    if subject is not own:
        check_scope(actor)
    query = ObjectQuery(subject, permission, names[kind], {})
    wanted = PageRequest(first=int(first[:9]), after=params.get("after"))
    found = await find_ids(actor, source, query, wanted)
    undecided = found.undecided
    return {
        "entityType": kind,
        "permission": permission,
        "objects": [{"entityId": each, "decided": each not in undecided} for each in found.ids],
        "total": found.total,
        "next": found.next,
        "revision": source.token,
    }


async def _answer(actor: Actor, sent: Sequence[object], *, is_batch: bool) -> list[dict[str, object]]:
    source = await open_source(LATEST)
    names, own = await open_names(actor, source), own_subject(actor)
    questions = []
    for n, each in enumerate(sent):
        try:
            questions.append(_read(each, own, names))
        except QuestionInvalid as problem:
            # Where it stands is worth the time only when something is wrong.
            problem.field = ("checks", str(n), *problem.field) if is_batch else problem.field
            raise
    if any(each[0] is not own for each in questions):
        check_scope(actor)
    resolutions = await ask_many(actor, source, questions, sees_tuples=may_ask_others(actor))
    token = source.token
    return [
        _show(each, question, resolution, (token, names.show(question[0])))
        for each, question, resolution in zip(sent, questions, resolutions, strict=True)
    ]


def _read(sent: object, own: SubjectRef, names: Names) -> PlainQuestion:
    if not isinstance(sent, dict):
        raise QuestionInvalid("a check is an object")
    kind, permission, entity = _text(sent, "entityType"), _text(sent, "permission"), _text(sent, "entityId")
    subject = _named_subject(sent, own, names) if "subjectType" in sent or "subjectId" in sent else None
    context = _attributes(sent["resource"]) if "resource" in sent else _NOTHING
    return (subject or own, permission, names[kind], entity, context)


def _named_subject(sent: Mapping[str, object], own: SubjectRef, names: Names) -> SubjectRef | None:
    """The subject that is named, if one is; the caller's own object when it is the caller."""
    if "subjectType" not in sent and "subjectId" not in sent:
        return None
    named = names.subject(names[_text(sent, "subjectType")], _text(sent, "subjectId"))
    return own if named == own else named


def _attributes(resource: object) -> Context:
    if resource is None:
        return _NOTHING
    attributes = resource.get("attributes") if isinstance(resource, dict) else resource
    if not isinstance(attributes, dict | None):
        raise QuestionInvalid("resource and its attributes are objects", "resource")
    return attributes or _NOTHING


def _show(sent: object, question: PlainQuestion, resolution: Resolution, told: tuple[str, str]) -> dict[str, object]:
    """What is told of one check; `told` is the revision, and the id that the caller knows the subject by."""
    assert isinstance(sent, dict)
    revision, subject_id = told
    shown: dict[str, object] = {
        "allowed": resolution.decision is Decision.ALLOWED,
        "entityType": sent["entityType"],
        "entityId": question[3],
        "permission": question[1],
        "subjectType": question[0].type,
        "subjectId": subject_id,
        "revision": revision,
    }
    problem = resolution.problem
    if problem is not None:
        shown["problem"] = {"code": problem.code, "message": problem.message}
    return shown


def _text(sent: Mapping[str, object], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not value:
        raise QuestionInvalid(f"{name} is a text", name)
    return value
