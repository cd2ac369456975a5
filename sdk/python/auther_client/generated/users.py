"""Results of the documents in `graphql/users`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime

from auther_client.generated.enums import ImpersonationRefusal
from auther_client.generated.fragments import (
    AuditEventDetailFields,
    PageFields,
    SessionFields,
    UserDetailFields,
    UserErrorFields,
    UserRowFields,
)
from auther_client.models import Result


class UserResult(UserDetailFields):
    """An account of a person."""

    impersonation_refusal: ImpersonationRefusal | None
    """Why the caller may not act as this user; null when they may."""


class UserData(Result):
    """The whole answer."""

    user: UserResult | None
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


class UserDataExportResult(Result):
    """Where a JSON document with all that is known of a user can be downloaded."""

    url: str | None
    """Give it to nobody: whoever opens it first, within minutes, has the document. Where a browser's session asked, only that browser can."""
    expires_at: datetime | None
    """Until when the link works."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class UserDataExportData(Result):
    """The whole answer."""

    user_data_export: UserDataExportResult
    """Get all that is known of a user, to answer them: profile, factors without secrets, linked accounts, sessions, consents, tokens, keys, tuples, mails, audit events. Besides the named permission it needs `users.view`, `sessions.view_all` and `api_keys.view_all`. Five times an hour for each user."""


class UserDeleteResult(Result):
    """The outcome of deleting a user."""

    deleted_id: str | None
    """The id that is gone for good; null where that has time, and for a dry run."""
    user: UserDetailFields | None
    """The user who will be erased, when `deletion` says; of a dry run, whom it would delete. What hangs from them, such as `sessions` and `tuples`, will be gone too."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class UserDeleteData(Result):
    """The whole answer."""

    user_delete: UserDeleteResult
    """Delete a user: nobody signs in as them any more, and after the server's grace period they are erased with what hangs from them. The id never comes back."""


class UserMergeResultParts(Result):
    """What of one kind moves in a merge."""

    name: str
    """`linked_identities`, `tuples` or `consents`."""
    moved: int
    """How many go over to the account that stays."""
    dropped: int
    """How many it had already, or are not worth anything any more."""


class UserMergeResult(Result):
    """The outcome of merging two accounts."""

    user: UserDetailFields | None
    """The account that stays."""
    parts: tuple[UserMergeResultParts, ...] | None
    """What moved, or would. Password, second factors, keys, sessions and mails of the account that goes are dropped in any case."""
    profile: tuple[str, ...] | None
    """Fields of the profile that were empty and are taken from the other account."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class UserMergeData(Result):
    """The whole answer."""

    user_merge: UserMergeResult
    """Make one account of two of the same person. The one that goes is erased, and its tombstone names the other; sessions and tokens of both end. Besides the named permission it needs `users.update`, the access that its tuples give, and whatever either account may do."""


class UserRestoreResult(Result):
    """The outcome of restoring a user."""

    user: UserDetailFields | None
    """The user, who may sign in again unless banned."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class UserRestoreData(Result):
    """The whole answer."""

    user_restore: UserRestoreResult
    """Call off the deletion of a user who is not erased yet. Nothing happens when there is none. Ended sessions and tokens stay ended."""


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
