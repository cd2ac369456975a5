"""Pure rules of the policies room."""

from app.policies.rules.contexts import build_context, complete_context, needs_user
from app.policies.rules.drafts import (
    MAX_CONTEXT_BYTES,
    MAX_SAMPLES,
    MAX_SOURCE_BYTES,
    are_same_samples,
    check_draft,
    check_samples,
)
from app.policies.rules.redaction import bound_context
from app.policies.rules.repeats import find_repeats
from app.policies.rules.showing import OWN_WORDS, show_context, show_reason

__all__ = [
    "MAX_CONTEXT_BYTES",
    "MAX_SAMPLES",
    "MAX_SOURCE_BYTES",
    "OWN_WORDS",
    "are_same_samples",
    "bound_context",
    "build_context",
    "check_draft",
    "check_samples",
    "complete_context",
    "find_repeats",
    "needs_user",
    "show_context",
    "show_reason",
]
