"""Results of the documents in `graphql/consents`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime

from auther_client.generated.fragments import ClientRowFields, PageFields, UserErrorFields
from auther_client.models import Result


class ConsentWithdrawResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""


class ConsentWithdrawResult(Result):
    """The outcome of withdrawing a consent."""

    user: ConsentWithdrawResultUser | None
    """The user. Null when something is wrong, and when hidden from the caller."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ConsentWithdrawData(Result):
    """The whole answer."""

    consent_withdraw: ConsentWithdrawResult
    """Withdraw what a user allowed an application: its refresh tokens for the user end at once, and it has to ask again. One's own needs no permission."""


class UserClientsResultClients(Result):
    """One page of a list."""

    nodes: tuple[ClientRowFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class UserClientsResult(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    clients: UserClientsResultClients
    """The clients that the user has used, the latest first. About others it needs `users.view` too."""


class UserClientsData(Result):
    """The whole answer."""

    user: UserClientsResult | None
    """One user, null if there is none. Oneself needs no permission."""


class UserConsentsResultConsentsNodes(Result):
    """That a user has used an application, and what the user allowed it."""

    id: str
    """The id, with a prefix that tells the kind."""
    client_id: str
    """Id of the application."""
    client_name: str | None
    """The application's name, as the user saw it."""
    scopes: tuple[str, ...]
    """The scopes that the user allowed; none for an application of our own, which does not ask."""
    created_at: datetime
    """When the user used it first."""
    updated_at: datetime
    """When the user last allowed something."""


class UserConsentsResultConsents(Result):
    """One page of a list."""

    nodes: tuple[UserConsentsResultConsentsNodes, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class UserConsentsResult(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    consents: UserConsentsResultConsents
    """Applications that the user has used and what the user allowed them, the latest first. One's own need no permission."""


class UserConsentsData(Result):
    """The whole answer."""

    user: UserConsentsResult | None
    """One user, null if there is none. Oneself needs no permission."""
