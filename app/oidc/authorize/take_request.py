"""Which parameters count: those that came, those in an object of the client, or those that it pushed before."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.clients.types import Client
from app.kit.crypto import hash_token
from app.oidc.authorize.attempt import Asked
from app.oidc.authorize.find_client import find_client
from app.oidc.authorize.trust_redirect_uri import trust_redirect_uri
from app.oidc.errors import EndpointError, ErrorCode, PushedRequestOver, SentToClient
from app.oidc.queries import pushed
from app.oidc.request_objects import Way, open_object, open_request
from app.oidc.request_uris import fetch_object

REQUEST_URI_PREFIX: Final = "urn:ietf:params:oauth:request_uri:"
_CARRIERS: Final = frozenset({"request", "request_uri"})


async def take_request(asked: Asked) -> Asked:
    """The request with the parameters that count, and no others.

    May call the client's server for the object and for its keys: not inside a unit of work. A refusal goes to the
    redirect URI that came beside the object, if it is a registered one: what is in a bad object is not believed.

    Raises:
        ShownToUser, SentToClient.

    Source: RFC 9101 §5 and §6, RFC 9126 §4 and §5, OpenID Connect Core §6.
    """
    client = await find_client(asked.params)
    try:
        return await _take(asked, client)
    except EndpointError as error:
        reply = trust_redirect_uri(asked.params, client)
        raise SentToClient(reply, error.error, error.message) from error


async def _take(asked: Asked, client: Client) -> Asked:
    params = asked.params
    address = params.get("request_uri")
    if _CARRIERS & params.repeated or (address is not None and params.get("request") is not None):
        raise EndpointError(ErrorCode.INVALID_REQUEST, "Send request or request_uri, once.")
    if address is not None and address.startswith(REQUEST_URI_PREFIX):
        return await _find_pushed(asked, client, address)
    if client.require_pushed_authorization_requests:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "This client has to push its requests first (RFC 9126).")
    if address is not None:
        text = await fetch_object(address, client, asked.actor.origin)
        return replace(asked, params=await open_object(text, client, asked.actor.origin, Way.FETCHED))
    return replace(asked, params=await open_request(params, client, asked.actor.origin))


async def _find_pushed(asked: Asked, client: Client, address: str) -> Asked:
    found = await pushed.find(hash_token(address.removeprefix(REQUEST_URI_PREFIX)), client.id)
    if found is None:
        raise PushedRequestOver
    return replace(asked, params=found.params, pushed_id=found.id)
