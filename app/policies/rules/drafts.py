"""What a policy and its samples may be. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import orjson

from app.kit.errors import AppError
from app.policies.errors import (
    PolicyNameInvalid,
    PolicyTextInvalid,
    PolicyTooLong,
    SampleInvalid,
    SamplesTooMany,
)
from app.policies.types import PolicyDraft, Sample

MAX_SOURCE_BYTES: Final = 10_240
MAX_DESCRIPTION: Final = 500
MAX_NOTE: Final = 1_000
MAX_SAMPLES: Final = 50
MAX_SAMPLE_NAME: Final = 100
# Of one context, as JSON.
MAX_CONTEXT_BYTES: Final = 8_192
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


def check_draft(draft: PolicyDraft) -> list[AppError]:
    """What is wrong with a draft apart from its Lua."""
    problems: list[AppError] = []
    if not _NAME.fullmatch(draft.name):
        problems.append(PolicyNameInvalid())
    for name, text, most in (("description", draft.description, MAX_DESCRIPTION), ("note", draft.note, MAX_NOTE)):
        if isinstance(text, str) and (len(text) > most or _UNSTORABLE.search(text)):
            problems.append(PolicyTextInvalid(name, most))
    if is_oversized(draft.source):
        problems.append(PolicyTooLong(MAX_SOURCE_BYTES))
    elif _UNSTORABLE.search(draft.source):
        problems.append(PolicyTextInvalid("source", MAX_SOURCE_BYTES))
    return [*problems, *check_samples(draft.samples or ())]


def is_oversized(source: str) -> bool:
    """Whether a source has more than `MAX_SOURCE_BYTES` bytes."""
    return len(source.encode("utf-8", "replace")) > MAX_SOURCE_BYTES


def check_samples(samples: Sequence[Sample]) -> list[AppError]:
    """What is wrong with samples, whatever a policy says of them."""
    if len(samples) > MAX_SAMPLES:
        return [SamplesTooMany(MAX_SAMPLES)]
    problems: list[AppError] = []
    seen: set[str] = set()
    for number, sample in enumerate(samples):
        if not 1 <= len(sample.name) <= MAX_SAMPLE_NAME or _UNSTORABLE.search(sample.name):
            problems.append(SampleInvalid(f"A name has 1 to {MAX_SAMPLE_NAME} characters.", str(number), "name"))
        elif sample.name in seen:
            problems.append(SampleInvalid("Another sample has this name.", str(number), "name"))
        seen.add(sample.name)
        if measure_context(sample) > MAX_CONTEXT_BYTES:
            reason = f"A context has at most {MAX_CONTEXT_BYTES} bytes of JSON."
            problems.append(SampleInvalid(reason, str(number), "context"))
    return problems


def measure_context(sample: Sample) -> int:
    """Bytes of the JSON of a sample's context."""
    return len(write_context(sample))


def write_context(sample: Sample) -> bytes:
    """The context of a sample as JSON; equal ones are equal text."""
    return orjson.dumps(sample.context, option=orjson.OPT_SORT_KEYS)


def are_same_samples(one: Sequence[Sample], other: Sequence[Sample]) -> bool:
    """Whether two lists of samples are the same, in the same order."""
    return [_identify(each) for each in one] == [_identify(each) for each in other]


def _identify(sample: Sample) -> tuple[str, bool, bytes]:
    return sample.name, sample.is_allowed, write_context(sample)
