"""AuthZEN's Access Evaluation and Access Evaluations APIs.

Source: OpenID Authorization API 1.0, §6 and §7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.authz.engine.resolve import Resolution
from app.authz.service.asking import ask_many
from app.authz.types import Decision
from app.authz.types.answers import PlainQuestion
from app.kit.actor import Actor
from app.kit.errors import AppError
from app.oidc.live.checks import MAX_CHECKS
from app.oidc.live.entities import NOTHING, Sent, read_context, read_object, read_subject, read_text
from app.oidc.live.errors import QuestionInvalid, TooManyChecks
from app.oidc.live.names import Asking, begin_asking, check_scope, may_ask_others

Answer = dict[str, object]

_ALLOWED: Final[Answer] = {"decision": True}
_DENIED: Final[Answer] = {"decision": False}
_EXECUTE_ALL: Final = "execute_all"
# After which decision the rest is left out (§7.1.2.1).
_STOPS: Final[dict[str, bool | None]] = {
    _EXECUTE_ALL: None,
    "deny_on_first_deny": False,
    "permit_on_first_permit": True,
}
# What an entity falls back to when an evaluation leaves it out.
_IDENTIFYING: Final = {"subject": ("type", "id"), "action": ("name",), "resource": ("type", "id")}


async def evaluate(actor: Actor, sent: object) -> Answer:
    """One decision (§6).

    Raises:
        InvalidInput: `oidc_check_invalid`.
        Forbidden: about another subject, without `manage_access`.
    """
    return await _evaluate_one(await begin_asking(actor), read_object(sent))


async def evaluate_many(actor: Actor, sent: object) -> Answer:
    """The decisions of a request with `evaluations`; of one without, or with none, its own (§7.1).

    Raises:
        InvalidInput: `oidc_check_invalid`, what concerns all of them is malformed.
        LimitReached: `oidc_check_limit`.
        Forbidden: one is about another subject, without `manage_access`.
    """
    request = read_object(sent)
    evaluations = request.get("evaluations")
    if evaluations is not None and not isinstance(evaluations, list):
        raise QuestionInvalid("evaluations is a list", "evaluations")
    asking = await begin_asking(actor)
    if not evaluations:
        return await _evaluate_one(asking, request)
    if len(evaluations) > MAX_CHECKS:
        raise TooManyChecks(MAX_CHECKS, "evaluations")
    defaults = {name: read_object(request[name], name) for name in (*_IDENTIFYING, "context") if name in request}
    stop = _stop_of(request)
    questions = [_try_read(each, defaults, asking) for each in evaluations]
    if stop is None:
        return {"evaluations": await _answer(asking, questions)}
    return {"evaluations": await _answer_until(stop, asking, questions)}


async def _evaluate_one(asking: Asking, request: Sent) -> Answer:
    question, actor = _read(request, asking), asking.actor
    sees_tuples = may_ask_others(actor)
    if question[0] is not asking.own and not sees_tuples:
        check_scope(actor)
    found = await ask_many(actor, asking.source, [question], judge=asking.judge, sees_tuples=sees_tuples)
    return _show(found[0])


def _stop_of(request: Sent) -> bool | None:
    options = read_object(request.get("options", NOTHING), "options")
    semantic = options.get("evaluations_semantic", _EXECUTE_ALL)
    if not isinstance(semantic, str) or semantic not in _STOPS:
        raise QuestionInvalid(f"evaluations_semantic is one of {', '.join(_STOPS)}", "options", "evaluations_semantic")
    return _STOPS[semantic]


async def _answer(asking: Asking, questions: Sequence[PlainQuestion | AppError]) -> list[Answer]:
    asked = [each for each in questions if not isinstance(each, AppError)]
    if any(each[0] is not asking.own for each in asked):
        check_scope(asking.actor)
    sees_tuples = may_ask_others(asking.actor)
    resolutions = await ask_many(asking.actor, asking.source, asked, judge=asking.judge, sees_tuples=sees_tuples)
    found = iter(resolutions)
    return [_failed(each) if isinstance(each, AppError) else _show(next(found)) for each in questions]


async def _answer_until(
    stop: bool,
    asking: Asking,
    questions: Sequence[PlainQuestion | AppError],
) -> list[Answer]:
    answers: list[Answer] = []
    for each in questions:
        answers += await _answer(asking, [each])
        if answers[-1]["decision"] is stop:
            break
    return answers


def _try_read(sent: object, defaults: Sent, asking: Asking) -> PlainQuestion | AppError:
    """The question, or what is wrong with it: an evaluation that fails does not fail the others (§7.2.1)."""
    try:
        return _read(_with_defaults(read_object(sent, "evaluation"), defaults), asking)
    except QuestionInvalid as problem:
        return problem


def _with_defaults(sent: Sent, defaults: Sent) -> Sent:
    """An entity that an evaluation has replaces the default one; what identifies it may still come from there."""
    if not defaults:
        return sent
    merged = {**defaults, **sent}
    for name, members in _IDENTIFYING.items():
        own, default = sent.get(name), defaults.get(name)
        if default and isinstance(own, dict) and any(each not in own for each in members):
            merged[name] = {each: default[each] for each in members if each in default} | own
    return merged


def _read(request: Sent, asking: Asking) -> PlainQuestion:
    subject = read_object(request.get("subject"), "subject")
    action = read_object(request.get("action"), "action")
    resource = read_object(request.get("resource"), "resource")
    return (
        read_subject(subject, asking.own, asking.names),
        read_text(action, "action", "name"),
        asking.names[read_text(resource, "resource", "type")],
        read_text(resource, "resource", "id"),
        read_context(request, subject=subject, action=action, resource=resource, known=asking.known),
    )


def _show(resolution: Resolution) -> Answer:
    if resolution.problem is not None:
        return _failed(resolution.problem)
    return _ALLOWED if resolution.decision is Decision.ALLOWED else _DENIED


def _failed(problem: AppError) -> Answer:
    error = {"status": problem.status, "code": problem.code, "message": problem.message}
    return {"decision": False, "context": {"error": error}}
