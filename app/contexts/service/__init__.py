"""Use cases of the contexts room."""

from app.contexts.service.applying import apply_contexts, enter, welcome
from app.contexts.service.configuring import (
    create_context,
    delete_context,
    delete_contexts_of,
    review_context,
    update_context,
)
from app.contexts.service.leaving import describe_applied, move_applied
from app.contexts.service.reading import (
    count_applied,
    count_contexts,
    find_context,
    get_contexts,
    guard_found,
    list_contexts,
    may_view_context,
)
from app.contexts.service.stranding import find_stranded

__all__ = [
    "apply_contexts",
    "count_applied",
    "count_contexts",
    "create_context",
    "delete_context",
    "delete_contexts_of",
    "describe_applied",
    "enter",
    "find_context",
    "find_stranded",
    "get_contexts",
    "guard_found",
    "list_contexts",
    "may_view_context",
    "move_applied",
    "review_context",
    "update_context",
    "welcome",
]
