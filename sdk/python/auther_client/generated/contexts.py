"""Results of the documents in `graphql/contexts`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from auther_client.generated.fragments import PageFields, RegistrationContextFields, UserErrorFields
from auther_client.models import Result


class RegistrationContextData(Result):
    """The whole answer."""

    registration_context: RegistrationContextFields | None
    """One registration context, by id or by slug; null when there is none. `clients.manage_access` on its client is enough."""


class RegistrationContextCreateResult(Result):
    """The outcome of making a registration context."""

    registration_context: RegistrationContextFields | None
    """The context; null for a dry run."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class RegistrationContextCreateData(Result):
    """The whole answer."""

    registration_context_create: RegistrationContextCreateResult
    """Make a registration context. One of the whole platform needs `platform.manage_platform`."""


class RegistrationContextDeleteResult(Result):
    """The outcome of deleting a registration context."""

    deleted_id: str | None
    """The id that is gone."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class RegistrationContextDeleteData(Result):
    """The whole answer."""

    registration_context_delete: RegistrationContextDeleteResult
    """Delete a registration context. What it gave stays with those who have it. One of the whole platform needs `platform.manage_platform`."""


class RegistrationContextUpdateResult(Result):
    """The outcome of changing a registration context."""

    registration_context: RegistrationContextFields | None
    """The context as it is now, or would be."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class RegistrationContextUpdateData(Result):
    """The whole answer."""

    registration_context_update: RegistrationContextUpdateResult
    """Change a registration context. One of the whole platform needs `platform.manage_platform`."""


class RegistrationContextsResult(Result):
    """One page of a list."""

    nodes: tuple[RegistrationContextFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class RegistrationContextsData(Result):
    """The whole answer."""

    registration_contexts: RegistrationContextsResult
    """A page of registration contexts. For those of one client `clients.manage_access` on it is enough."""
