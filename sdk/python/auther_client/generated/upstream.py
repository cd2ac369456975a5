"""Results of the documents in `graphql/upstream`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from auther_client.generated.fragments import IdentityProviderFields, LinkedIdentityFields, PageFields, UserErrorFields
from auther_client.models import Result, by_typename


class IdentityProviderCreateResult(Result):
    """The outcome of setting up an identity provider."""

    identity_provider: IdentityProviderFields | None
    """The provider."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class IdentityProviderCreateData(Result):
    """The whole answer."""

    identity_provider_create: IdentityProviderCreateResult
    """Set up an identity provider."""


class IdentityProviderDeleteResult(Result):
    """The outcome of deleting an identity provider."""

    deleted_id: str | None
    """The id that is gone."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class IdentityProviderDeleteData(Result):
    """The whole answer."""

    identity_provider_delete: IdentityProviderDeleteResult
    """Delete an identity provider with every link to it. Sessions stay."""


class IdentityProviderTestResultIdentityProviderFindings(Result):
    """One thing that was tried with an identity provider."""

    step: str
    """What was tried: discovery, keys or endpoints."""
    problem: str | None
    """What is wrong with it; null when it is well."""


class IdentityProviderTestResultIdentityProvider(Result):
    """Somebody else who signs people in for us. Its secret is never shown."""

    typename: Literal["IdentityProvider"] = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""
    findings: tuple[IdentityProviderTestResultIdentityProviderFindings, ...]
    """Try now what can be tried without a person: its discovery and its keys."""


class IdentityProviderTestResultOther(Result):
    """Something of another type."""

    typename: str = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""


IdentityProviderTestResult = Annotated[
    Annotated[IdentityProviderTestResultIdentityProvider, Tag("IdentityProvider")]
    | Annotated[IdentityProviderTestResultOther, Tag("other")],
    Discriminator(by_typename("IdentityProvider")),
]


class IdentityProviderTestData(Result):
    """The whole answer."""

    node: IdentityProviderTestResult | None
    """Whatever has this id; null when there is nothing or it is hidden from the caller."""


class IdentityProviderUpdateResult(Result):
    """The outcome of changing an identity provider."""

    identity_provider: IdentityProviderFields | None
    """The provider as it is now."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class IdentityProviderUpdateData(Result):
    """The whole answer."""

    identity_provider_update: IdentityProviderUpdateResult
    """Change an identity provider."""


class IdentityProvidersResult(Result):
    """One page of a list."""

    nodes: tuple[IdentityProviderFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class IdentityProvidersData(Result):
    """The whole answer."""

    identity_providers: IdentityProvidersResult
    """A page of identity providers."""


class LinkedIdentityDeleteResult(Result):
    """The outcome of taking a link away."""

    deleted_id: str | None
    """The id that is gone."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class LinkedIdentityDeleteData(Result):
    """The whole answer."""

    linked_identity_delete: LinkedIdentityDeleteResult
    """Take a link to an account at a provider away: one's own after a fresh sign-in, but not the last way in; anybody's with the permission."""


class UserLinkedIdentitiesResultLinkedIdentities(Result):
    """One page of a list."""

    nodes: tuple[LinkedIdentityFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class UserLinkedIdentitiesResult(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    linked_identities: UserLinkedIdentitiesResultLinkedIdentities
    """Accounts at identity providers that the user signs in with, newest first. One's own need no permission."""


class UserLinkedIdentitiesData(Result):
    """The whole answer."""

    user: UserLinkedIdentitiesResult | None
    """One user, null if there is none. Oneself needs no permission."""
