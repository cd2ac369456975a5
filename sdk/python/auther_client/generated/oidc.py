"""Results of the documents in `graphql/oidc`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from auther_client.generated.fragments import PageFields, PersonFields, TokenFamilyFields, UserErrorFields
from auther_client.models import Result


class ClientTokenFamiliesResultTokenFamiliesNodes(TokenFamilyFields):
    """What one sign-in of a user gave an application, as long as it lives: refresh tokens that follow each other, and the access tokens that came with them."""

    user: PersonFields | None
    """Whose it is. Null when hidden from the caller."""


class ClientTokenFamiliesResultTokenFamilies(Result):
    """One page of a list."""

    nodes: tuple[ClientTokenFamiliesResultTokenFamiliesNodes, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class ClientTokenFamiliesResult(Result):
    """An application that lets users sign in here, or calls APIs."""

    id: str
    """The id, with a prefix that tells the kind."""
    token_families: ClientTokenFamiliesResultTokenFamilies
    """What users' sign-ins gave the client and still lives, newest first. `clients.manage_access` on it is enough."""


class ClientTokenFamiliesData(Result):
    """The whole answer."""

    client: ClientTokenFamiliesResult | None
    """One client, null if there is none."""


class OwnTokenFamiliesResultUserTokenFamilies(Result):
    """One page of a list."""

    nodes: tuple[TokenFamilyFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class OwnTokenFamiliesResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    token_families: OwnTokenFamiliesResultUserTokenFamilies
    """What the user's sign-ins gave applications and still lives, newest first. One's own need no permission."""


class OwnTokenFamiliesResult(Result):
    """The caller."""

    user: OwnTokenFamiliesResultUser | None
    """The user who calls; null for a client."""


class OwnTokenFamiliesData(Result):
    """The whole answer."""

    viewer: OwnTokenFamiliesResult
    """The caller."""


class TokenFamilyRevokeResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""


class TokenFamilyRevokeResult(Result):
    """The outcome of ending a token family."""

    user: TokenFamilyRevokeResultUser | None
    """Whose it was. Null when something is wrong, and when hidden from the caller."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class TokenFamilyRevokeData(Result):
    """The whole answer."""

    token_family_revoke: TokenFamilyRevokeResult
    """End one token family: its refresh tokens and access tokens are worth nothing at once. The session and the consent stay, so the application may send the user to sign in again. One's own need no permission, and `clients.manage_access` on the application is enough."""


class UserTokenFamiliesResultTokenFamilies(Result):
    """One page of a list."""

    nodes: tuple[TokenFamilyFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class UserTokenFamiliesResult(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    token_families: UserTokenFamiliesResultTokenFamilies
    """What the user's sign-ins gave applications and still lives, newest first. One's own need no permission."""


class UserTokenFamiliesData(Result):
    """The whole answer."""

    user: UserTokenFamiliesResult | None
    """One user, null if there is none. Oneself needs no permission."""
