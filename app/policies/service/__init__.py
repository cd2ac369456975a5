"""Use cases of the policies room."""

from app.policies.rules import needs_user
from app.policies.service.access import guard_scope, let_managers_keep, may_keep
from app.policies.service.current import read_current
from app.policies.service.differences import diff_versions
from app.policies.service.judging import judge_many
from app.policies.service.leaving import forget_user, sweep_evaluations
from app.policies.service.reading import (
    count_evaluations_of,
    count_policies,
    count_versions_of,
    find_policy,
    get_evaluations,
    get_policies,
    get_samples,
    get_versions,
    get_versions_at,
    list_evaluations_of,
    list_policies,
    list_versions_of,
    names_in,
)
from app.policies.service.recording import flush_evaluations, forget_evaluations, recording_evaluations
from app.policies.service.saving import delete_policies_of, delete_policy, review_policy, save_policy
from app.policies.service.trying import find_warnings, try_policy, try_source
from app.policies.service.usage import bind_users, count_usage

__all__ = [
    "bind_users",
    "count_evaluations_of",
    "count_policies",
    "count_usage",
    "count_versions_of",
    "delete_policies_of",
    "delete_policy",
    "diff_versions",
    "find_policy",
    "find_warnings",
    "flush_evaluations",
    "forget_evaluations",
    "forget_user",
    "get_evaluations",
    "get_policies",
    "get_samples",
    "get_versions",
    "get_versions_at",
    "guard_scope",
    "judge_many",
    "let_managers_keep",
    "list_evaluations_of",
    "list_policies",
    "list_versions_of",
    "may_keep",
    "names_in",
    "needs_user",
    "read_current",
    "recording_evaluations",
    "review_policy",
    "save_policy",
    "sweep_evaluations",
    "try_policy",
    "try_source",
]
