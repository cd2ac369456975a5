"""Results of the documents in `graphql/users`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from auther_client.generated.fragments import (
    AuditEventDetailFields,
    PageFields,
    SessionFields,
    UserDetailFields,
    UserErrorFields,
    UserRowFields,
)
from auther_client.models import Result


class UserData(Result):
    """The whole answer."""

    user: UserDetailFields | None
    """One user, null if there is none. Oneself needs no permission."""


class UserAuditEventsResultAuditEvents(Result):
    """One page of a list."""

    nodes: tuple[AuditEventDetailFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""


class UserAuditEventsResult(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    audit_events: UserAuditEventsResultAuditEvents
    """What happened to the user's data, newest first. What is about oneself needs no permission."""


class UserAuditEventsData(Result):
    """The whole answer."""

    user: UserAuditEventsResult | None
    """One user, null if there is none. Oneself needs no permission."""


class UserBanResult(Result):
    """The outcome of a ban."""

    user: UserDetailFields | None
    """The banned user; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class UserBanData(Result):
    """The whole answer."""

    user_ban: UserBanResult
    """Ban a user, for good or until a moment; every session ends at once."""


class UserCreateResult(Result):
    """The outcome of creating a user."""

    user: UserDetailFields | None
    """The new user; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class UserCreateData(Result):
    """The whole answer."""

    user_create: UserCreateResult
    """Create a user, with a password or with an invitation by mail."""


class UserDeleteResult(Result):
    """The outcome of erasing a user."""

    deleted_id: str | None
    """The id that is gone for good; null for a dry run."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class UserDeleteData(Result):
    """The whole answer."""

    user_delete: UserDeleteResult
    """Erase a user and what hangs from it. The id never comes back."""


class UserSessionsResultSessions(Result):
    """One page of a list."""

    nodes: tuple[SessionFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""


class UserSessionsResult(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    sessions: UserSessionsResultSessions
    """Where the user is signed in now, newest first. One's own need no permission."""


class UserSessionsData(Result):
    """The whole answer."""

    user: UserSessionsResult | None
    """One user, null if there is none. Oneself needs no permission."""


class UserUnbanResult(Result):
    """The outcome of lifting a ban."""

    user: UserDetailFields | None
    """The user; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class UserUnbanData(Result):
    """The whole answer."""

    user_unban: UserUnbanResult
    """Lift a ban. Nothing happens when there is none."""


class UserUpdateResult(Result):
    """The outcome of changing a user."""

    user: UserDetailFields | None
    """The user as it is now; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class UserUpdateData(Result):
    """The whole answer."""

    user_update: UserUpdateResult
    """Change a user."""


class UsersResult(Result):
    """One page of a list."""

    nodes: tuple[UserRowFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class UsersData(Result):
    """The whole answer."""

    users: UsersResult
    """A page of users."""
