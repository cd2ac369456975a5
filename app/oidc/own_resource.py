"""Auther's own API as a protected resource: what it says of itself, and where (RFC 9728).

A client that is refused at one of these paths finds there who gives tokens for it. All of them are one resource: a
token for one is a token for Auther.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from app.kit.runtime import settings
from app.kit.settings import Settings
from app.oidc.documents import Metadata, make_metadata
from app.oidc.types import Scope
from app.signing.carried import CARRIED_ALGORITHMS

WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"
GRAPHQL: Final = "/graphql"
# What may be asked for as `resource` (RFC 8707), besides the issuer itself.
PATHS: Final = (
    GRAPHQL, "/api/auth/check-permission", "/api/auth/check-permission/batch", "/api/auth/list-objects",
    "/access/v1/evaluation", "/access/v1/evaluations", "/access/v1/search/subject", "/access/v1/search/resource",
    "/access/v1/search/action",
)  # fmt: skip
# Only where a scheme can stand: before its first parameter.
_SCHEME: Final = re.compile(r"(^|, )(Bearer|DPoP) (?=[a-z_]+=)")


def is_own_resource(uri: str) -> bool:
    """Whether this names Auther: the issuer, or one of its endpoints."""
    issuer, plain = settings().issuer, uri.removesuffix("/")
    return plain.startswith(issuer) and plain.removeprefix(issuer) in {"", *PATHS}


def resource_metadata(chosen: Settings, place: str) -> Metadata | None:
    """The document at `WELL_KNOWN` followed by `place`; None where there is none (RFC 9728 §3.1).

    Args:
        place: path of a resource, as its URL has it. An issuer with a path is also found without it.
    """
    path = place.removesuffix("/").removeprefix(urlsplit(chosen.issuer).path)
    return _encode(chosen.issuer, path, chosen.product_name) if path in {"", *PATHS} else None


def point_to_metadata(challenge: str, path: str) -> str:
    """A `WWW-Authenticate` header that says where the metadata of the refusing endpoint is (RFC 9728 §5.1)."""
    parts = urlsplit(settings().issuer)
    url = f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}{parts.path}{path}"
    return _SCHEME.sub(rf'\1\2 resource_metadata="{url}", ', challenge)


@lru_cache(maxsize=32)
def _encode(issuer: str, path: str, name: str) -> Metadata:
    return make_metadata(
        {
            "resource": f"{issuer}{path}",
            "authorization_servers": [issuer],
            "scopes_supported": [Scope.AUTHER_API],
            "bearer_methods_supported": ["header"],
            "dpop_signing_alg_values_supported": CARRIED_ALGORITHMS,
            "resource_name": name,
        }
    )
