"""Use cases of the registration endpoints. Each opens its own unit of work: what is checked first takes none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from app.clients.registration import service as clients
from app.clients.registration.errors import RegistrationTokenWrong
from app.clients.registration.tokens import find_initial_token, get_initial_tokens, spend_initial_token
from app.clients.registration.types import InitialToken, RegisteredClient
from app.clients.service import verify_client_secret
from app.clients.types import Client, NewClient
from app.events.refusals import identify_caller
from app.kit.actor import ANONYMOUS, Actor, ActorKind, Origin
from app.kit.db import unit_of_work
from app.kit.errors import InputProblems
from app.kit.limits import RateLimit, address_bucket, require_room
from app.kit.runtime import settings
from app.oidc.errors import BearerError, ErrorCode
from app.oidc.registration.errors import (
    MetadataRefused,
    RegistrationNotOpen,
    RegistrationProblem,
    as_metadata_error,
)
from app.oidc.registration.metadata import bounds_of, read_client
from app.oidc.registration.reading import Sent, read_members

PER_ADDRESS: Final = RateLimit("oidc.registration_address", hits=300, window=timedelta(minutes=10))
# Where anybody may register, each leaves a row.
PER_ADDRESS_OPEN: Final = RateLimit("oidc.registration_open_address", hits=60, window=timedelta(hours=1))
# RFC 7592 §2.2: an update must not bring what only the server says.
_ONLY_OURS: Final = (
    "registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at",
)  # fmt: skip


async def admit(shown: str | None, origin: Origin) -> InitialToken | None:
    """Whether a client may register: the working token that it shows; None where it needs none and shows none.

    Raises:
        RegistrationNotOpen: nobody may.
        BearerError: it lacks a token that works.
        TooMany: `kit_rate_limited`, for the address.
    """
    await require_room(PER_ADDRESS, address_bucket(origin.ip))
    if settings().registration == "closed":
        raise RegistrationNotOpen
    if shown is None:
        if settings().registration != "open":
            raise BearerError(None, "Registering needs an initial access token.")
        await require_room(PER_ADDRESS_OPEN, address_bucket(origin.ip))
        return None
    token = await find_initial_token(shown)
    if token is None:
        raise _token_wrong()
    return token


async def register(document: Sent, shown: str | None, token: InitialToken | None, origin: Origin) -> RegisteredClient:
    """Register a client (RFC 7591 §3.1).

    Args:
        shown: the value of `token`.

    Raises:
        MetadataRefused: what it says of itself cannot be registered; no use of the token is counted.
        BearerError: the token was used up meanwhile.
    """
    new = _read(document, token, None)
    try:
        await clients.check_ahead(new)
        async with unit_of_work():
            registered = await clients.register_client(ANONYMOUS.at(origin), new, token)
            # Last: others who register with the token wait from here on.
            if shown is not None and await spend_initial_token(shown) is None:
                raise _token_wrong()
            return registered
    except InputProblems as problem:
        raise as_metadata_error(problem) from None


async def read_registered(client_id: str, shown: str | None, origin: Origin) -> RegisteredClient:
    """The client as it is registered (RFC 7592 §2.1).

    Raises:
        BearerError: the token is not the client's, or there is no such client.
        RegistrationClosed: it is kept by operators now.
        TooMany: `kit_rate_limited`, for the address.
    """
    client, shown = await _open(client_id, shown, origin)
    return RegisteredClient(client, shown, None)


async def replace(
    client_id: str, shown: str | None, read: Callable[[], Awaitable[Sent]], origin: Origin
) -> RegisteredClient:
    """Replace all that the client said of itself (RFC 7592 §2.2).

    Args:
        read: reads what was sent, once it is known that the client sends it.

    Raises:
        BearerError, RegistrationClosed, TooMany: as `read_registered`.
        MetadataRefused: what it says of itself cannot be registered; nothing changes.
    """
    client, shown = await _open(client_id, shown, origin)
    document = await read()
    await _check_names_itself(client, document)
    token_id = client.initial_token_id
    token = (await get_initial_tokens([token_id])).get(token_id) if token_id else None
    new = _read(document, token, client)
    try:
        await clients.check_ahead(new)
        async with unit_of_work():
            return await clients.replace_client(_actor(client, origin), client_id, shown, new)
    except RegistrationTokenWrong:
        raise _token_wrong() from None
    except InputProblems as problem:
        raise as_metadata_error(problem) from None


async def remove(client_id: str, shown: str | None, origin: Origin) -> None:
    """Delete the client (RFC 7592 §2.3).

    Raises:
        BearerError, RegistrationClosed, TooMany: as `read_registered`.
    """
    client, shown = await _open(client_id, shown, origin)
    try:
        async with unit_of_work():
            await clients.remove_registered(_actor(client, origin), client_id, shown)
    except RegistrationTokenWrong:
        raise _token_wrong() from None


async def _open(client_id: str, shown: str | None, origin: Origin) -> tuple[Client, str]:
    await require_room(PER_ADDRESS, address_bucket(origin.ip))
    if shown is None:
        raise BearerError(None, "This needs the client's registration access token.")
    try:
        client = await clients.find_registered(client_id, shown)
    except RegistrationTokenWrong:
        raise _token_wrong() from None
    identify_caller(_actor(client, origin))
    return client, shown


def _read(document: Sent, token: InitialToken | None, client: Client | None) -> NewClient:
    return read_client(read_members(document), bounds_of(token, settings().registration_scopes, client))


async def _check_names_itself(client: Client, document: Sent) -> None:
    if document.get("client_id") != client.id:
        raise MetadataRefused(RegistrationProblem.METADATA, "client_id: It is this client's own id.")
    for name in _ONLY_OURS:
        if name in document:
            raise MetadataRefused(RegistrationProblem.METADATA, f"{name}: Leave it out.")
    secret = document.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and await verify_client_secret(client.id, secret)):
        raise MetadataRefused(RegistrationProblem.METADATA, "client_secret: It is not the present one.")


def _actor(client: Client, origin: Origin) -> Actor:
    return Actor(ActorKind.CLIENT, client.id, client_id=client.id, origin=origin)


def _token_wrong() -> BearerError:
    return BearerError(ErrorCode.INVALID_TOKEN, "The token is unknown, used up, expired or revoked.")
