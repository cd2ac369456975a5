"""What a well-formed client is. Pure."""

from app.clients.rules.fields import check_fields, check_together, clean_fields, fill_defaults
from app.clients.rules.kinds import KINDS, KindRules
from app.clients.rules.proofs import is_resource_uri, spellings_of
from app.clients.rules.redirects import (
    derive_origins,
    is_origin,
    is_redirect_uri_registered,
    redirect_uri_matches,
    validate_redirect_uri,
)
from app.clients.rules.trust import check_trust
from app.clients.rules.values import FieldContext

__all__ = [
    "KINDS",
    "FieldContext",
    "KindRules",
    "check_fields",
    "check_together",
    "check_trust",
    "clean_fields",
    "derive_origins",
    "fill_defaults",
    "is_origin",
    "is_redirect_uri_registered",
    "is_resource_uri",
    "redirect_uri_matches",
    "spellings_of",
    "validate_redirect_uri",
]
