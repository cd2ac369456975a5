"""What Auther says about itself (OIDC Discovery §3, RFC 8414 §2): exactly what works."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import orjson

from app.kit.pages.texts import LANGUAGES
from app.kit.settings import Settings
from app.oidc.claims import SCOPE_CLAIMS
from app.oidc.client_auth import AUTH_METHODS, CONFIDENTIAL_AUTH_METHODS
from app.oidc.reply import ResponseMode
from app.oidc.token import GRANTS
from app.oidc.types import Prompt, Scope
from app.signing.foreign import FOREIGN_ALGORITHMS

_TOKEN_CLAIMS = ["sub", "iss", "aud", "exp", "iat", "jti", "sid", "auth_time", "acr", "amr", "nonce", "at_hash"]


@dataclass(frozen=True, slots=True)
class Metadata:
    """The document as it is sent, and its strong ETag."""

    document: bytes
    etag: str


def metadata(chosen: Settings) -> Metadata:
    """The metadata document under these settings."""
    return _encode(chosen.issuer, chosen.signing_algorithms)


@lru_cache(maxsize=8)
def _encode(issuer: str, algorithms: tuple[str, ...]) -> Metadata:
    document = orjson.dumps(_describe(issuer, algorithms))
    return Metadata(document, f'"{sha256(document).hexdigest()[:32]}"')


def _describe(issuer: str, algorithms: tuple[str, ...]) -> dict[str, object]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth2/authorize",
        "token_endpoint": f"{issuer}/oauth2/token",
        "userinfo_endpoint": f"{issuer}/oauth2/userinfo",
        "jwks_uri": f"{issuer}/oauth2/jwks",
        "revocation_endpoint": f"{issuer}/oauth2/revoke",
        "introspection_endpoint": f"{issuer}/oauth2/introspect",
        "device_authorization_endpoint": f"{issuer}/oauth2/device_authorization",
        "end_session_endpoint": f"{issuer}/oauth2/logout",
        "scopes_supported": list(Scope),
        "response_types_supported": ["code"],
        "response_modes_supported": list(ResponseMode),
        "grant_types_supported": list(GRANTS),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        **_auth_methods("token", AUTH_METHODS),
        **_auth_methods("revocation", AUTH_METHODS),
        **_auth_methods("introspection", CONFIDENTIAL_AUTH_METHODS),
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": ["pwd"],
        "prompt_values_supported": list(Prompt),
        "claim_types_supported": ["normal"],
        "claims_supported": [*_TOKEN_CLAIMS, *(claim for claims in SCOPE_CLAIMS.values() for claim in claims)],
        "ui_locales_supported": LANGUAGES,
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }


def _auth_methods(endpoint: str, methods: tuple[str, ...]) -> dict[str, object]:
    return {
        f"{endpoint}_endpoint_auth_methods_supported": methods,
        f"{endpoint}_endpoint_auth_signing_alg_values_supported": FOREIGN_ALGORITHMS,
    }
