"""Requests to authorize as JWTs that the client signed: who signed it asks, and nobody on the way changed it.

What is fetched from an address of the client comes from it, too, as long as that address has it: so it may be unsigned
and without an end, where the client did not register otherwise.

Source: RFC 9101 (JAR), OpenID Connect Core §6, FAPI 2.0 Message Signing §5.3.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Final, TypeGuard

import orjson

from app.clients.types import Client
from app.kit import clock
from app.kit.actor import Origin
from app.kit.errors import AppError, Unavailable
from app.kit.runtime import settings
from app.oidc.client_keys import find_keys
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.params import REQUEST_PARAMETERS, RESOURCE, Params
from app.oidc.profiles import algorithms_of, is_fapi
from app.signing.errors import TokenInvalid
from app.signing.foreign import UNSIGNED, ForeignToken, is_unsigned, parse_foreign, parse_unsigned, read_foreign
from app.signing.types import Claims

# A request is made to be sent: no older, and with no longer life (FAPI 2.0 Message Signing §5.3.1).
MAX_LIFE: Final = timedelta(minutes=60)
# How far a client's clock may be ahead of ours.
LEEWAY: Final = timedelta(seconds=30)
# RFC 9101 §10.8; the second one is what libraries write that know no types.
TYPES: Final = frozenset({"oauth-authz-req+jwt", "jwt"})
_NESTED = frozenset({"request", "request_uri"})


class Way(Enum):
    """How a request object got here: with the browser, from the client itself, or from its address."""

    BROWSER = "browser"
    PUSHED = "pushed"
    FETCHED = "fetched"


async def open_request(params: Params, client: Client, origin: Origin, way: Way = Way.BROWSER) -> Params:
    """The parameters that count: those in the object, if there is one, and then no others (RFC 9101 §6.3).

    May call the client's server for its keys: not inside a unit of work.

    Args:
        origin: who asks.

    Raises:
        EndpointError: `invalid_request_object`, `request_not_supported`; `invalid_request` for a client that always
            signs and did not; `temporarily_unavailable` when too many keys were fetched.
    """
    text = params.get("request")
    if text is not None:
        return await open_object(text, client, origin, way)
    if client.require_signed_request_object:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "This client has to sign its requests (RFC 9101).")
    return params


async def open_object(text: str, client: Client, origin: Origin, way: Way) -> Params:
    """The parameters in an object.

    May call the client's server for its keys: not inside a unit of work.

    Raises:
        EndpointError: `invalid_request_object`; `request_not_supported` for one that is not signed and has to be;
            `temporarily_unavailable` when too many keys were fetched.
    """
    if is_unsigned(text):
        return _read_unsigned(text, client, way)
    try:
        token = parse_foreign(text)
        claims = read_foreign(_checked(token, client), await find_keys(client, token, origin))
    except (EndpointError, Unavailable):
        raise
    except AppError:
        raise _invalid("It is too long, malformed, or not signed with a key of this client.") from None
    _check_parties(claims, client)
    if way is Way.FETCHED and not client.require_signed_request_object:
        _check_published(claims)
    else:
        _check_times(claims, must_begin=client.require_signed_request_object)
    return _to_params(claims)


def _read_unsigned(text: str, client: Client, way: Way) -> Params:
    if not _may_be_unsigned(client, way):
        raise EndpointError(ErrorCode.REQUEST_NOT_SUPPORTED, "A request object has to be signed.")
    try:
        token = parse_unsigned(text)
    except TokenInvalid:
        raise _invalid("It is too long, malformed, or signed although it says that it is not.") from None
    _check_type(token)
    # OpenID Connect Core §6.1: who asks stands beside the object, which need not repeat it.
    named = {"iss": client.id, "client_id": client.id, "aud": settings().issuer}
    claims = {**named, **token.claims}
    _check_parties(claims, client)
    _check_published(claims)
    return _to_params(claims)


def _may_be_unsigned(client: Client, way: Way) -> bool:
    """OpenID Connect Dynamic Client Registration §2: the client says so, or leaves it open and TLS says whose it is."""
    if client.require_signed_request_object or is_fapi(client) or way is Way.PUSHED:
        return False
    return client.request_object_signing_alg in ({None, UNSIGNED} if way is Way.FETCHED else {UNSIGNED})


def _checked(token: ForeignToken, client: Client) -> ForeignToken:
    _check_type(token)
    if token.alg not in algorithms_of(client) or client.request_object_signing_alg not in {None, token.alg}:
        raise _invalid("It is signed with an algorithm that this client may not use.")
    return token


def _check_type(token: ForeignToken) -> None:
    if token.typ.lower().removeprefix("application/") not in TYPES:
        raise _invalid("Its typ is oauth-authz-req+jwt.")


def _check_parties(claims: Claims, client: Client) -> None:
    if claims.get("iss") != client.id or claims.get("client_id") != client.id:
        raise _invalid("Its iss and client_id are the id of the client.")
    audience = claims.get("aud")
    if settings().issuer not in (audience if isinstance(audience, list) else [audience]):
        raise _invalid("Its aud is the issuer.")
    # RFC 9101 §10.8: what proves a client must not do as a request of it.
    if claims.get("sub") == client.id:
        raise _invalid("It has no sub.")
    if _NESTED & claims.keys():
        raise _invalid("It holds no request or request_uri.")


def _check_published(claims: Claims) -> None:
    """What stays at an address may have no end; one that it has is kept to."""
    now = clock.now().timestamp()
    end = claims.get("exp")
    if end is not None and (not _is_number(end) or end <= now):
        raise _invalid("Its exp is over.")
    for name in ("nbf", "iat"):
        moment = claims.get(name)
        if moment is not None and (not _is_number(moment) or moment > now + LEEWAY.total_seconds()):
            raise _invalid(f"Its {name} lies ahead.")


def _check_times(claims: Claims, *, must_begin: bool) -> None:
    now, leeway, most = clock.now().timestamp(), LEEWAY.total_seconds(), MAX_LIFE.total_seconds()
    end, begin, issued = (claims.get(name) for name in ("exp", "nbf", "iat"))
    if not _is_number(end) or end <= now:
        raise _invalid("Its exp is missing or over.")
    if issued is not None and (not _is_number(issued) or issued > now + leeway):
        raise _invalid("Its iat lies ahead.")
    if begin is None and not must_begin:
        begin = now + leeway
    elif not _is_number(begin) or not now - most <= begin <= now + leeway:
        raise _invalid("Its nbf is missing, ahead, or more than 60 minutes ago.")
    if end - begin > most:
        raise _invalid("It lives 60 minutes at most.")


def _to_params(claims: Claims) -> Params:
    values = {name: _to_text(name, claims[name]) for name in sorted(REQUEST_PARAMETERS & claims.keys())}
    named = claims.get(RESOURCE, [])
    resources = [named] if isinstance(named, str) else named
    if not isinstance(resources, list) or not all(isinstance(each, str) for each in resources):
        raise _invalid("resource is a text or a list of texts.")
    if any("\0" in text for text in (*values.values(), *resources)):
        raise _invalid("A parameter holds a NUL character.")
    return Params(values, resources=tuple(dict.fromkeys(each for each in resources if each)))


def _to_text(name: str, value: object) -> str:
    """A parameter as a query would hold it: numbers and objects are JSON there (RFC 9101 §4)."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | dict) and not isinstance(value, bool):
        try:
            return orjson.dumps(value).decode()
        except orjson.JSONEncodeError:  # nested too deeply
            pass
    raise _invalid(f"{name} is of another type.")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _invalid(reason: str) -> EndpointError:
    return EndpointError(ErrorCode.INVALID_REQUEST_OBJECT, f"The request object is refused. {reason}")
