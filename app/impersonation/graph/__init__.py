"""Acting as users in the API: beginning, stopping, and who acts right now."""

from app.impersonation.graph.changes import ImpersonationMutation
from app.impersonation.graph.values import (
    Impersonation,
    ImpersonationRefusal,
    load_impersonation,
    load_refusal,
)

__all__ = [
    "Impersonation",
    "ImpersonationMutation",
    "ImpersonationRefusal",
    "load_impersonation",
    "load_refusal",
]
