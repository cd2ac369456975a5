"""What Auther says about itself as a policy decision point.

Source: OpenID Authorization API 1.0, §9.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from app.kit.settings import Settings
from app.oidc.documents import Metadata, make_metadata

WELL_KNOWN: Final = "/.well-known/authzen-configuration"
EVALUATION: Final = "/access/v1/evaluation"
EVALUATIONS: Final = "/access/v1/evaluations"
SEARCH_SUBJECT: Final = "/access/v1/search/subject"
SEARCH_RESOURCE: Final = "/access/v1/search/resource"
SEARCH_ACTION: Final = "/access/v1/search/action"
_ENDPOINTS: Final = {
    "access_evaluation_endpoint": EVALUATION,
    "access_evaluations_endpoint": EVALUATIONS,
    "search_subject_endpoint": SEARCH_SUBJECT,
    "search_resource_endpoint": SEARCH_RESOURCE,
    "search_action_endpoint": SEARCH_ACTION,
}


def decision_point(chosen: Settings) -> Metadata:
    """The metadata document under these settings."""
    return _encode(chosen.issuer)


@lru_cache(maxsize=8)
def _encode(issuer: str) -> Metadata:
    endpoints = {name: f"{issuer}{path}" for name, path in _ENDPOINTS.items()}
    return make_metadata({"policy_decision_point": issuer, **endpoints})
