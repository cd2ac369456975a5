"""Keys that a client proves itself with, and the clients that its tokens may go to."""

from __future__ import annotations

import re
from collections.abc import Mapping

import orjson

from app.clients.errors import InvalidClient, Required, TooLong
from app.clients.rules.redirects import MAX_URI_LENGTH
from app.clients.rules.values import FieldContext, Problems, check_list, texts
from app.clients.types import AUTH_PRIVATE_KEY
from app.signing.foreign import FOREIGN_ALGORITHMS, MAX_KEY_SET_BYTES, find_key_set_problem

MAX_CLIENT_IDS = 100
MAX_RESOURCE_URIS = 20
_BARE_ORIGIN = re.compile(r"https?://[^/?]+/?")
# Without `"` and `\\`, so that one is also a word of a scope.
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[!$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
# The URL of a document may be one.
_MAX_ID = 255


def check_signing_alg(name: str, value: object, context: FieldContext) -> Problems:
    """The one algorithm that a client signs with; None for any that we take."""
    if value is None or value in FOREIGN_ALGORITHMS:
        return []
    return [InvalidClient(f"What it signs is signed with {', '.join(FOREIGN_ALGORITHMS)}.", name)]


def check_jwks(name: str, value: object, context: FieldContext) -> Problems:
    """A set of public keys that we can use, bounded in size."""
    if value is None:
        return []
    if isinstance(value, str) and len(value) > MAX_KEY_SET_BYTES:
        return [TooLong(f"A JWK Set has at most {MAX_KEY_SET_BYTES} characters.", name)]
    try:
        document = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        document = None
    reason = find_key_set_problem(document)
    return [InvalidClient(reason, name)] if reason else []


def check_client_ids(name: str, value: object, context: FieldContext) -> Problems:
    """Ids of clients, whether these exist or not."""
    ids = texts(value)
    return check_list(name, ids, MAX_CLIENT_IDS) + [
        InvalidClient("A client id has 1 to 255 printable characters.", name, str(place))
        for place, each in enumerate(ids)
        if not (0 < len(each) <= _MAX_ID and each.isascii() and each.isprintable() and " " not in each)
    ]


def check_resource_uris(name: str, value: object, context: FieldContext) -> Problems:
    """Absolute URIs without fragment, as RFC 8707 §2 wants them."""
    uris = texts(value)
    return check_list(name, uris, MAX_RESOURCE_URIS) + [
        InvalidClient("It is an absolute URI without fragment, such as https://api.example.com.", name, str(place))
        for place, each in enumerate(uris)
        if not is_resource_uri(each)
    ]


def is_resource_uri(text: str) -> bool:
    """Whether this can name a resource (RFC 8707 §2, RFC 3986 §4.3)."""
    return len(text) <= MAX_URI_LENGTH and _ABSOLUTE.fullmatch(text) is not None


def spellings_of(uri: str) -> tuple[str, ...]:
    """The URI itself first; for a bare origin also the one with or without its slash (RFC 3986 §6.2.3)."""
    if _BARE_ORIGIN.fullmatch(uri) is None:
        return (uri,)
    return (uri, uri[:-1] if uri.endswith("/") else f"{uri}/")


def check_proofs(fields: Mapping[str, object]) -> Problems:
    """A client with private_key_jwt has keys, in one place (RFC 7591 §2); others need none."""
    if fields["jwks"] is not None and fields["jwks_uri"] is not None:
        return [InvalidClient("Keys are given as jwks or as jwks_uri, not both.", "jwks_uri")]
    has_keys = fields["jwks"] is not None or fields["jwks_uri"] is not None
    if fields["token_endpoint_auth_method"] == AUTH_PRIVATE_KEY and not has_keys:
        return [Required("This way of proving itself needs the client's public keys.", "jwks")]
    return []
