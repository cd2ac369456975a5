"""Which questions of one request are the same, so that a script runs once for them. Pure."""

from __future__ import annotations

import hashlib
import marshal
from collections import Counter
from collections.abc import Iterator, Sequence

from app.policies.types import PolicyQuestion


def find_repeats(questions: Sequence[PolicyQuestion]) -> Iterator[int]:
    """For each question in turn, the place of the first that is the same; its own place, if there is none before it.

    Questions are the same when a policy could not tell them apart: `1`, `1.0` and `true` are three things to it. In
    doubt they are not. Only those that differ at most in what was sent along are compared by that.
    """
    heads = [_head_of(each) for each in questions]
    counts = Counter(heads)
    first: dict[object, int] = {}
    for place, (head, question) in enumerate(zip(heads, questions, strict=True)):
        content = _digest(question) if counts[head] > 1 else None
        yield place if content is None else first.setdefault((head, content), place)


def _head_of(question: PolicyQuestion) -> tuple[object, ...]:
    resource = question.resource
    about = str(resource.get("type")), str(resource.get("id"))
    # Who is asked about, and from where, is one object for all questions of a request that agree in it.
    return question.key, question.subject, question.action, about, id(question.user), id(question.env)


def _digest(question: PolicyQuestion) -> bytes | None:
    try:
        # Its second version is exact about types, and writes the same for the same.
        content = marshal.dumps(dict(question.resource), 2)
    except ValueError:
        return None
    return hashlib.sha256(content).digest()
