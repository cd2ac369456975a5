"""Policies in the API: as they are kept, what they said, and trials of new ones."""

from app.policies.graph.changes import PolicyMutation
from app.policies.graph.reads import PolicyQuery
from app.policies.graph.values import load_evaluation, load_policy, load_version

__all__ = ["PolicyMutation", "PolicyQuery", "load_evaluation", "load_policy", "load_version"]
