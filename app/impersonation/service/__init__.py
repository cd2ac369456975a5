"""Use cases of the impersonation room."""

from app.impersonation.service.ending import note_end, stop_acting, sweep_acting
from app.impersonation.service.permitting import find_refusal, get_reach, may_client_go_on, may_go_on
from app.impersonation.service.resolving import find_acting
from app.impersonation.service.starting import begin_request, find_prospect, request_acting

__all__ = [
    "begin_request",
    "find_acting",
    "find_prospect",
    "find_refusal",
    "get_reach",
    "may_client_go_on",
    "may_go_on",
    "note_end",
    "request_acting",
    "stop_acting",
    "sweep_acting",
]
