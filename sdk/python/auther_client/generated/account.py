"""Results of the documents in `graphql/account`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime

from auther_client.generated.fragments import SessionFields, UserErrorFields
from auther_client.models import Result


class ViewerAccountResultUserSessions(Result):
    """One page of a list."""

    nodes: tuple[SessionFields, ...]
    """The items."""


class ViewerAccountResultUserConsentsNodes(Result):
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


class ViewerAccountResultUserConsents(Result):
    """One page of a list."""

    nodes: tuple[ViewerAccountResultUserConsentsNodes, ...]
    """The items."""


class ViewerAccountResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    email: str
    """The e-mail address, unique without regard to case."""
    email_verified: bool
    """Whether the user has shown that the address is theirs."""
    name: str | None
    """The full name."""
    username: str | None
    """Another name to sign in with, unique without regard to case."""
    picture: str | None
    """URL of a picture, https."""
    locale: str | None
    """Preferred language, a BCP 47 tag."""
    zoneinfo: str | None
    """Time zone, an IANA name."""
    sessions: ViewerAccountResultUserSessions
    """Where the user is signed in now, newest first. One's own need no permission."""
    consents: ViewerAccountResultUserConsents
    """Applications that the user has used and what the user allowed them, the latest first. One's own need no permission."""


class ViewerAccountResultEmailChange(Result):
    """An e-mail address that the caller wants to have, and has not confirmed at its mailbox."""

    email: str
    """The address."""
    expires_at: datetime
    """Until when the link that was sent there works."""


class ViewerAccountResult(Result):
    """The caller."""

    user: ViewerAccountResultUser | None
    """The user who calls; null for a client."""
    email_change: ViewerAccountResultEmailChange | None
    """The address that the caller wants to have and has not confirmed; null when there is none."""


class ViewerAccountData(Result):
    """The whole answer."""

    viewer: ViewerAccountResult
    """The caller."""


class ViewerEmailChangeStartResultEmailChange(Result):
    """An e-mail address that the caller wants to have, and has not confirmed at its mailbox."""

    email: str
    """The address."""
    expires_at: datetime
    """Until when the link that was sent there works."""


class ViewerEmailChangeStartResult(Result):
    """The outcome of asking for another address."""

    email_change: ViewerEmailChangeStartResultEmailChange | None
    """What waits for confirmation. It is the same if the address is somebody else's."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ViewerEmailChangeStartData(Result):
    """The whole answer."""

    viewer_email_change_start: ViewerEmailChangeStartResult
    """Send a link to another address. Nothing changes before the caller, signed in here, has opened it. Five times an hour. It needs a fresh sign-in. Only by the caller's own session: not by a token or key, nor for who acts as somebody."""


class ViewerEmailChangeWithdrawResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    email: str
    """The e-mail address, unique without regard to case."""


class ViewerEmailChangeWithdrawResult(Result):
    """The outcome of keeping the present address."""

    user: ViewerEmailChangeWithdrawResultUser | None
    """The caller, whose address stays as it is."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ViewerEmailChangeWithdrawData(Result):
    """The whole answer."""

    viewer_email_change_withdraw: ViewerEmailChangeWithdrawResult
    """Keep the present address: the link that was sent works no more. Only by the caller's own session: not by a token or key, nor for who acts as somebody."""


class ViewerPasswordChangeResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""


class ViewerPasswordChangeResult(Result):
    """The outcome of changing one's own password."""

    user: ViewerPasswordChangeResultUser | None
    """The caller; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ViewerPasswordChangeData(Result):
    """The whole answer."""

    viewer_password_change: ViewerPasswordChangeResult
    """Change one's own password, or choose a first one: every other session ends, and tokens. Ten tries an hour. It needs a fresh sign-in. Only by the caller's own session: not by a token or key, nor for who acts as somebody."""


class ViewerUpdateResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str | None
    """The full name."""
    username: str | None
    """Another name to sign in with, unique without regard to case."""
    picture: str | None
    """URL of a picture, https."""
    locale: str | None
    """Preferred language, a BCP 47 tag."""
    zoneinfo: str | None
    """Time zone, an IANA name."""


class ViewerUpdateResult(Result):
    """The outcome of changing oneself."""

    user: ViewerUpdateResultUser | None
    """The caller as they are now; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ViewerUpdateData(Result):
    """The whole answer."""

    viewer_update: ViewerUpdateResult
    """Change one's own profile. The address has a mutation of its own; attributes, and whether an address counts as verified, are for operators. Only by the caller's own session: not by a token or key, nor for who acts as somebody."""


class ViewerVerificationSendResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    email_verified: bool
    """Whether the user has shown that the address is theirs."""


class ViewerVerificationSendResult(Result):
    """The outcome of asking for a mail that proves one's own address."""

    user: ViewerVerificationSendResultUser | None
    """The caller."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ViewerVerificationSendData(Result):
    """The whole answer."""

    viewer_verification_send: ViewerVerificationSendResult
    """Send the mail again that proves one's own address; none where it is proved. Five times an hour. Only by the caller's own session: not by a token or key, nor for who acts as somebody."""
