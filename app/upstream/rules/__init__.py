"""What a well-formed provider is, and what an answer of one has to say. Pure."""

from app.upstream.rules.answers import (
    ClaimRefused,
    authorization_url,
    check_id_token,
    complete_person,
    find_proof_time,
    is_same_address,
    pick_address,
    read_person,
)
from app.upstream.rules.providers import SCOPES, check_provider, check_secret_stays, find_mover

__all__ = [
    "SCOPES",
    "ClaimRefused",
    "authorization_url",
    "check_id_token",
    "check_provider",
    "check_secret_stays",
    "complete_person",
    "find_mover",
    "find_proof_time",
    "is_same_address",
    "pick_address",
    "read_person",
]
