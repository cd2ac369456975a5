"""Results of the documents in `graphql/sessions`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime

from auther_client.generated.fragments import PageFields, PersonFields, SessionFields, UserErrorFields
from auther_client.models import Result


class SessionRevokeResultSession(Result):
    """A browser in which a user is signed in."""

    id: str
    """The id, with a prefix that tells the kind."""


class SessionRevokeResult(Result):
    """The outcome of ending a session."""

    session: SessionRevokeResultSession | None
    """The session that has ended."""
    deleted_id: str | None
    """Its id."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class SessionRevokeData(Result):
    """The whole answer."""

    session_revoke: SessionRevokeResult
    """End a session and the tokens that grew from it. One's own needs no permission."""


class SessionsResultNodes(SessionFields):
    """A browser in which a user is signed in."""

    user: PersonFields | None = None
    """Whose session it is."""


class SessionsResult(Result):
    """One page of a list."""

    nodes: tuple[SessionsResultNodes, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class SessionsData(Result):
    """The whole answer."""

    sessions: SessionsResult
    """A page of live sessions, newest first. One's own need no permission."""


class SessionsRevokeResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""


class SessionsRevokeResult(Result):
    """The outcome of ending all sessions of a user."""

    user: SessionsRevokeResultUser | None
    """The user. Null when something is wrong, and when hidden from the caller."""
    revoked_count: int | None
    """How many ended."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class SessionsRevokeData(Result):
    """The whole answer."""

    sessions_revoke: SessionsRevokeResult
    """End all sessions of a user and the tokens that grew from them: signed out everywhere. One's own need no permission."""


class SessionsRevokedResultNode(Result):
    """A session that was ended: by sign-out, by somebody who may, by a ban."""

    session_id: str
    """The session's id. Example: `ses_01jq3zv4m9`"""
    sid: str
    """The session as its tokens name it (`sid`), those for `filter.clientId` if that is given. It is the session's id, except for clients with pairwise subjects. Example: `ses_01jq3zv4m9`"""
    user_id: str | None
    """Whose it was, the `sub` in its tokens. Example: `usr_01jq3zv4m9`"""
    revoked_at: datetime
    """When it ended."""
    user: PersonFields | None
    """The user. Null when the account is gone or hidden from the caller."""


class SessionsRevokedResult(Result):
    """An item of a stream, or only a place in it: without an item there was nothing new that matches."""

    cursor: str
    """The place in the stream; `after` takes it to go on from here."""
    node: SessionsRevokedResultNode | None
    """The item. Null at the start, and now and then in between."""


class SessionsRevokedData(Result):
    """The whole answer."""

    sessions_revoked: SessionsRevokedResult
    """Sessions that are ended, as they end, for whoever keeps a session of their own beside one of ours. It begins with a place to resume from. One's own need no permission, with `filter.userId`; those of a client, with `filter.clientId`, `clients.manage_access` on it only."""
