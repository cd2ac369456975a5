"""What Auther says about itself (OIDC Discovery §3, RFC 8414 §2): exactly what works."""

from __future__ import annotations

from functools import lru_cache

from app.clients.types import PAIRWISE_SUBJECT, PUBLIC_SUBJECT
from app.kit.pages.texts import LANGUAGES
from app.kit.settings import Settings
from app.oidc.authorize.strength import LEVELS
from app.oidc.claims import SCOPE_CLAIMS
from app.oidc.client_auth import AUTH_METHODS, CONFIDENTIAL_AUTH_METHODS
from app.oidc.documents import Metadata, make_metadata
from app.oidc.registration.discovery import describe_registration
from app.oidc.reply import ResponseMode
from app.oidc.rules import offers_sign_up
from app.oidc.token import GRANTS
from app.oidc.types import Prompt, Scope
from app.signing.carried import CARRIED_ALGORITHMS
from app.signing.foreign import FOREIGN_ALGORITHMS, UNSIGNED

_TOKEN_CLAIMS = ["sub", "iss", "aud", "exp", "iat", "jti", "sid", "auth_time", "acr", "amr", "nonce", "at_hash"]


def metadata(chosen: Settings) -> Metadata:
    """The metadata document under these settings."""
    is_open, takes_documents = chosen.registration != "closed", bool(chosen.client_documents)
    prompts = tuple(each for each in Prompt if each is not Prompt.CREATE or offers_sign_up(chosen.signup_policy))
    return _encode(chosen.issuer, chosen.signing_algorithms, prompts, is_open, takes_documents)


@lru_cache(maxsize=8)
def _encode(
    issuer: str, algorithms: tuple[str, ...], prompts: tuple[Prompt, ...], is_open: bool, takes_documents: bool
) -> Metadata:
    registration = describe_registration(issuer, is_open=is_open, takes_documents=takes_documents)
    document = {**_describe(issuer, algorithms), "prompt_values_supported": prompts, **registration}
    return make_metadata(document)


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
        "pushed_authorization_request_endpoint": f"{issuer}/oauth2/par",
        **_describe_logout(issuer),
        "scopes_supported": list(Scope),
        "response_types_supported": ["code"],
        "response_modes_supported": list(ResponseMode),
        "grant_types_supported": list(GRANTS),
        "subject_types_supported": [PUBLIC_SUBJECT, PAIRWISE_SUBJECT],
        "id_token_signing_alg_values_supported": algorithms,
        "userinfo_signing_alg_values_supported": algorithms,
        "introspection_signing_alg_values_supported": algorithms,
        **_auth_methods("token", AUTH_METHODS),
        **_auth_methods("revocation", AUTH_METHODS),
        **_auth_methods("introspection", CONFIDENTIAL_AUTH_METHODS),
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": CARRIED_ALGORITHMS,
        "acr_values_supported": list(LEVELS),
        "claim_types_supported": ["normal"],
        "claims_supported": [*_TOKEN_CLAIMS, *(claim for claims in SCOPE_CLAIMS.values() for claim in claims)],
        "ui_locales_supported": LANGUAGES,
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "request_object_signing_alg_values_supported": [*FOREIGN_ALGORITHMS, UNSIGNED],
        "require_signed_request_object": False,
        "require_pushed_authorization_requests": False,
        "authorization_response_iss_parameter_supported": True,
    }


def _describe_logout(issuer: str) -> dict[str, object]:
    ways = (
        f"{channel}_logout{part}_supported" for channel in ("backchannel", "frontchannel") for part in ("", "_session")
    )
    return {"end_session_endpoint": f"{issuer}/oauth2/logout", **dict.fromkeys(ways, True)}


def _auth_methods(endpoint: str, methods: tuple[str, ...]) -> dict[str, object]:
    return {
        f"{endpoint}_endpoint_auth_methods_supported": methods,
        f"{endpoint}_endpoint_auth_signing_alg_values_supported": FOREIGN_ALGORITHMS,
    }
