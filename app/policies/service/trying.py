"""Running a source for its author: with a context, with samples, and saying what is odd about it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import orjson

from app.kit import clock
from app.kit.actor import Actor
from app.kit.errors import AppError, InputProblems
from app.lua.service import examine_apart
from app.lua.types import Examination, Failure
from app.policies.errors import (
    PolicySyntax,
    PolicyTooLong,
    SampleFails,
    SamplesTooSlow,
    TrialContextTooLarge,
)
from app.policies.rules import MAX_CONTEXT_BYTES, MAX_SOURCE_BYTES, check_samples, complete_context
from app.policies.service.access import guard_trial
from app.policies.service.recording import describe_problem
from app.policies.service.running import run_source
from app.policies.types import Context, PolicyTrial, PolicyWarning, Sample, SampleTrial, Trial, Verdict

# For all samples of a policy together.
MAX_SAMPLES_SECONDS: Final = 5.0
_KEPT: Final = 512
_examined: dict[str, Examination] = {}


async def try_policy(
    actor: Actor,
    source: str,
    *,
    context: Context | None = None,
    samples: Sequence[Sample] = (),
    scope: str | None = None,
) -> PolicyTrial:
    """Run a source that counts for nothing: with a context, and with samples. Nothing of it is kept.

    Args:
        scope: whose policy it may become; None when that is not said.

    Raises:
        Forbidden, Unauthenticated: without what `save_policy` needs; where no scope is named,
            `clients.manage_access` or `platform.manage_platform`.
        InputProblems, or a single problem: samples that cannot be kept. SamplesTooSlow. TrialContextTooLarge.
    """
    await guard_trial(actor, scope)
    return await try_source(source, context, samples, lane=f"try:{scope or actor.id}")


async def try_source(
    source: str, context: Context | None, samples: Sequence[Sample] = (), *, lane: str = ""
) -> PolicyTrial:
    """The same for whoever may. Needs no database. `lane`: as `run_source`.

    Raises:
        InputProblems, or a single problem: samples that cannot be kept. SamplesTooSlow. TrialContextTooLarge.
    """
    raise_all(check_samples(samples))
    if context is not None and len(orjson.dumps(context)) > MAX_CONTEXT_BYTES:
        raise TrialContextTooLarge(MAX_CONTEXT_BYTES)
    found = await _examine(source)
    result = None if context is None and found.failure is None else await _run(source, context or {}, lane)
    return PolicyTrial(result, _to_warnings(found), tuple(await run_samples(source, samples, lane)))


async def run_samples(source: str, samples: Sequence[Sample], lane: str) -> list[SampleTrial]:
    """What a source says of each sample. `lane`: as `run_source`.

    Raises:
        SamplesTooSlow: more than `MAX_SAMPLES_SECONDS` together.
    """
    until, trials = time.monotonic() + MAX_SAMPLES_SECONDS, list[SampleTrial]()
    for sample in samples:
        if time.monotonic() > until:
            raise SamplesTooSlow(MAX_SAMPLES_SECONDS)
        trials.append(SampleTrial(sample, await _run(source, sample.context, lane)))
    return trials


async def check_source(source: str) -> tuple[PolicyWarning, ...]:
    """Let a source pass that is Lua; what is odd about it.

    Raises:
        PolicySyntax: with the line. PolicyTooLong.
    """
    found = await _examine(source)
    if found.failure is Failure.TOO_LONG:
        raise PolicyTooLong(MAX_SOURCE_BYTES)
    if found.failure is not None:
        raise PolicySyntax(found.message, found.line)
    return _to_warnings(found)


async def find_warnings(source: str) -> tuple[PolicyWarning, ...]:
    """What is odd about a source, by line."""
    return _to_warnings(await _examine(source))


def find_failures(trials: Sequence[SampleTrial]) -> list[AppError]:
    """The samples of which a source does not say what their author expects, each with what it says instead."""
    return [
        SampleFails(number, each.sample.name, _word(each.sample), _told(each.trial))
        for number, each in enumerate(trials)
        if not each.holds
    ]


def raise_all(problems: Sequence[AppError]) -> None:
    """Raise all problems together, if there are any.

    Raises:
        InputProblems.
    """
    if problems:
        raise InputProblems(list(problems))


async def _examine(source: str) -> Examination:
    known = _examined.get(source)
    if known is None:
        known = await examine_apart(source)
        # What is too long to be kept is too long to be remembered.
        if len(source) <= MAX_SOURCE_BYTES:
            _examined[source] = known
            while len(_examined) > _KEPT:
                del _examined[next(iter(_examined))]
    return known


def _to_warnings(found: Examination) -> tuple[PolicyWarning, ...]:
    return tuple(PolicyWarning(each.line, each.message) for each in found.warnings)


async def _run(source: str, context: Context, lane: str) -> Trial:
    return await run_source(source, complete_context(context, clock.now()), lane=lane)


def _word(sample: Sample) -> str:
    return (Verdict.ALLOWED if sample.is_allowed else Verdict.DENIED).value


def _told(trial: Trial) -> str:
    problem = describe_problem(trial.problem)
    return trial.verdict.value if problem is None else f"an error ({problem})"
