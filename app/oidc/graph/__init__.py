"""The oidc room in the API: consents, token families, claims of tokens."""

from app.oidc.graph.claims import TokenClaims, load_claims
from app.oidc.graph.consents import (
    Consent,
    ConsentConnection,
    ConsentMutation,
    ConsentWithdrawInput,
    ConsentWithdrawPayload,
    load_clients_of,
    load_consent,
    load_consents_of,
)
from app.oidc.graph.families import (
    TokenFamily,
    TokenFamilyMutation,
    TokenFamilyRevokeInput,
    TokenFamilyRevokePayload,
    load_families_of_client,
    load_families_of_user,
    load_family,
)

__all__ = [
    "Consent",
    "ConsentConnection",
    "ConsentMutation",
    "ConsentWithdrawInput",
    "ConsentWithdrawPayload",
    "TokenClaims",
    "TokenFamily",
    "TokenFamilyMutation",
    "TokenFamilyRevokeInput",
    "TokenFamilyRevokePayload",
    "load_claims",
    "load_clients_of",
    "load_consent",
    "load_consents_of",
    "load_families_of_client",
    "load_families_of_user",
    "load_family",
]
