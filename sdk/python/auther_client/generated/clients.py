"""Results of the documents in `graphql/clients`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from auther_client.generated.fragments import (
    ClientDetailFields,
    ClientRowFields,
    InitialAccessTokenFields,
    PageFields,
    UserErrorFields,
)
from auther_client.models import Result


class ClientData(Result):
    """The whole answer."""

    client: ClientDetailFields | None
    """One client, null if there is none."""


class ClientCreateResult(Result):
    """The outcome of registering a client."""

    client: ClientDetailFields | None
    """The client; null when something is wrong."""
    client_secret: str | None
    """Its secret, shown this once; null for kinds that have none, and for a repeat under the same idempotency key. Who lost it asks `clientSecretRotate` for another."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ClientCreateData(Result):
    """The whole answer."""

    client_create: ClientCreateResult
    """Register a client. Its secret is in the answer and never again."""


class ClientDeleteResult(Result):
    """The outcome of deleting a client."""

    deleted_id: str | None
    """The id that is gone; null for a dry run."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ClientDeleteData(Result):
    """The whole answer."""

    client_delete: ClientDeleteResult
    """Delete a client; its tokens stop working."""


class ClientSecretRotateResult(Result):
    """The outcome of giving a client a new secret."""

    client: ClientDetailFields | None
    """The client with its secrets, without values."""
    client_secret: str | None
    """The new secret, shown this once."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ClientSecretRotateData(Result):
    """The whole answer."""

    client_secret_rotate: ClientSecretRotateResult
    """Give a client a new secret, shown once; the one in use works on for the overlap."""


class ClientUpdateResult(Result):
    """The outcome of changing a client."""

    client: ClientDetailFields | None
    """The client as it is now."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ClientUpdateData(Result):
    """The whole answer."""

    client_update: ClientUpdateResult
    """Change a client."""


class ClientsResult(Result):
    """One page of a list."""

    nodes: tuple[ClientRowFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class ClientsData(Result):
    """The whole answer."""

    clients: ClientsResult
    """A page of clients."""


class InitialAccessTokenCreateResult(Result):
    """The outcome of making an initial access token."""

    initial_access_token: InitialAccessTokenFields | None
    """The token; null when something is wrong."""
    token: str | None
    """Its value, shown this once; null for a repeat under the same idempotency key."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class InitialAccessTokenCreateData(Result):
    """The whole answer."""

    initial_access_token_create: InitialAccessTokenCreateResult
    """Make a token that clients register with. Its value is in the answer and never again."""


class InitialAccessTokenRevokeResult(Result):
    """The outcome of revoking an initial access token."""

    initial_access_token: InitialAccessTokenFields | None
    """The token as it is now."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class InitialAccessTokenRevokeData(Result):
    """The whole answer."""

    initial_access_token_revoke: InitialAccessTokenRevokeResult
    """Revoke a token: nobody registers with it any more. Clients that did stay."""


class InitialAccessTokensResult(Result):
    """One page of a list."""

    nodes: tuple[InitialAccessTokenFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class InitialAccessTokensData(Result):
    """The whole answer."""

    initial_access_tokens: InitialAccessTokensResult
    """A page of the tokens that clients register with, youngest first."""
