"""How a client proves who it is at the endpoints for programs (RFC 6749 §2.3, RFC 7523 §2.2)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from app.clients.service import find_client, verify_client_secret
from app.clients.types import AUTH_BASIC, AUTH_NONE, AUTH_POST, AUTH_PRIVATE_KEY, Client
from app.events.denials import record_denial
from app.events.refusals import identify_caller
from app.kit.actor import ANONYMOUS, Actor, ActorKind, Origin
from app.kit.errors import TooMany
from app.oidc.budgets import over_budget
from app.oidc.client_assertions import ASSERTION_TYPE, is_assertion_good, issuer_of, read_assertion
from app.oidc.errors import ClientNotProved, EndpointError, ErrorCode
from app.oidc.params import Params
from app.oidc.registration.documents import meet_client
from app.oidc.registration.errors import DocumentRefused
from app.oidc.types import ClientRefused
from app.signing.foreign import ForeignToken

CONFIDENTIAL_AUTH_METHODS = (AUTH_BASIC, AUTH_POST, AUTH_PRIVATE_KEY)
AUTH_METHODS = (*CONFIDENTIAL_AUTH_METHODS, AUTH_NONE)
MAX_HEADER_LENGTH = 2_048


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a client says it is, and how it proves it."""

    client_id: str
    method: str
    secret: str | None = None
    assertion: ForeignToken | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a client that proved who it is.

    Attributes:
        jkt: thumbprint of the key that it proved beside (DPoP), where the endpoint binds something to it.
    """

    params: Params
    client: Client
    origin: Origin
    jkt: str | None = None

    @property
    def actor(self) -> Actor:
        """The client as the caller."""
        return Actor(ActorKind.CLIENT, self.client.id, client_id=self.client.id, origin=self.origin)

    def require(self, name: str) -> str:
        """The parameter's value.

        Raises:
            EndpointError: `invalid_request`, it is missing.
        """
        value = self.params.get(name)
        if value is None:
            raise EndpointError(ErrorCode.INVALID_REQUEST, f"{name} is missing.")
        return value


async def authenticate_client(params: Params, authorization: Sequence[str], origin: Origin) -> Client:
    """The client that calls. Not inside a unit of work: an assertion stays used whatever becomes of the request.

    Args:
        authorization: every header of that name.

    Raises:
        EndpointError: `invalid_request` for two proofs at once, or a parameter that came twice;
            `temporarily_unavailable` when its keys or its document would have to be fetched, and too many were.
        ClientNotProved: everything else: unknown, disabled, wrong secret, another method than the registered one.
            The refusal is audited.
    """
    if params.repeated:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "A parameter came more than once.")
    client = None
    try:
        credentials = read_credentials(params, authorization)
        await _meet(credentials.client_id, origin)
        client = await find_client(credentials.client_id)
        if client is None or not await _is_proved(client, credentials, origin):
            raise ClientNotProved
    except ClientNotProved as error:
        refused = ClientRefused(target_id=client.id if client else None, reason=error.code)
        await record_denial(ANONYMOUS.at(origin), refused)
        raise
    identify_caller(Call(params, client, origin).actor)
    return client


def read_credentials(params: Params, authorization: Sequence[str]) -> Credentials:
    """Exactly one proof out of header and body.

    Raises:
        EndpointError: `invalid_request`, `invalid_client`.
    """
    client_id, secret, assertion = (params.get(name) for name in ("client_id", "client_secret", "client_assertion"))
    # RFC 6749 §2.3: not more than one method in a request.
    if len(authorization) + (secret is not None) + (assertion is not None) > 1:
        raise _two_proofs()
    if assertion is not None:
        return _read_assertion(params, assertion)
    if authorization:
        basic = _read_basic(authorization[0])
        if client_id not in {None, basic.client_id}:
            raise _two_proofs()
        return basic
    if client_id is None:
        raise ClientNotProved
    return Credentials(client_id, AUTH_NONE if secret is None else AUTH_POST, secret)


async def _meet(client_id: str, origin: Origin) -> None:
    try:
        await meet_client(client_id, origin)
    except DocumentRefused as error:
        raise ClientNotProved from error
    except TooMany as error:
        raise over_budget(error, "Too many clients have to be asked who they are. Wait a moment.") from error


async def _is_proved(client: Client, credentials: Credentials, origin: Origin) -> bool:
    if not client.is_enabled or credentials.method != client.token_endpoint_auth_method:
        return False
    if credentials.assertion is not None:
        return await is_assertion_good(client, credentials.assertion, origin)
    return credentials.secret is None or await verify_client_secret(client.id, credentials.secret)


def _read_assertion(params: Params, text: str) -> Credentials:
    if params.get("client_assertion_type") != ASSERTION_TYPE:
        raise ClientNotProved
    assertion = read_assertion(text)
    issuer = issuer_of(assertion) if assertion else None
    if issuer is None or params.get("client_id") not in {None, issuer}:
        raise ClientNotProved
    return Credentials(issuer, AUTH_PRIVATE_KEY, assertion=assertion)


def _read_basic(header: str) -> Credentials:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(header) > MAX_HEADER_LENGTH:
        raise ClientNotProved
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        # RFC 6749 §2.3.1: both halves are form-encoded first.
        client_id, secret = (unquote_plus(half, errors="strict") for half in (client_id, secret))
    except ValueError:  # not base64, not even ASCII, or not UTF-8
        raise ClientNotProved from None
    if not colon or not client_id or "\0" in client_id + secret:
        raise ClientNotProved
    return Credentials(client_id, AUTH_BASIC, secret)


def _two_proofs() -> EndpointError:
    return EndpointError(ErrorCode.INVALID_REQUEST, "Two client authentications came at once.")
