"""Changing one's own account. Deleting and exporting it is with `app.lifecycle.graph`."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, argument, field

from app.account import service
from app.account.graph.values import EmailChange
from app.account.graph.values import as_node as as_email_change
from app.account.types import ProfileChanges
from app.credentials.types import PreparedPassword
from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import build_changes
from app.graph.mutations import mutation
from app.kit.pages.texts import DEFAULT_LANGUAGE
from app.users.graph import User, as_node

_BY_SESSION = "Only by the caller's own session: not by a token or key, nor for who acts as somebody."
_MARK = 'Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`'
_FRESH = f"It needs a fresh sign-in. {_BY_SESSION}"


@strawberry.input(
    description="Changes of oneself. What is absent stays, null clears. "
    'Example: `{name: "Ada King", zoneinfo: "Europe/London", picture: null}`'
)
class ViewerUpdateInput:
    name: str | None = field(default=UNSET, description='The full name. Example: `"Ada King"`')
    username: str | None = field(
        default=UNSET,
        description="Another name to sign in with, where the server lets people choose it "
        '(`AUTHER_OWN_USERNAMES`). Example: `"ada"`',
    )
    picture: str | None = field(
        default=UNSET, description='URL of a picture, https. Example: `"https://example.com/ada.png"`'
    )
    locale: str | None = field(default=UNSET, description='Preferred language, a BCP 47 tag. Example: `"en-GB"`')
    zoneinfo: str | None = field(default=UNSET, description='Time zone, an IANA name. Example: `"Europe/London"`')


@strawberry.input(description='A new password. Example: `{password: "correct horse battery staple"}`')
class ViewerPasswordChangeInput:
    password: str = field(description='The password to be. Example: `"correct horse battery staple"`')


@strawberry.input(description='Another e-mail address. Example: `{email: "ada.king@example.com"}`')
class ViewerEmailChangeStartInput:
    email: str = field(description='The address to be. Example: `"ada.king@example.com"`')


@strawberry.input(description="Keeps the present address. Example: `{}`")
class ViewerEmailChangeWithdrawInput:
    client_mutation_id: str | None = field(default=UNSET, description=_MARK)


@strawberry.input(description="Sends the mail again that proves one's own address. Example: `{}`")
class ViewerVerificationSendInput:
    client_mutation_id: str | None = field(default=UNSET, description=_MARK)


@strawberry.type(description="The outcome of changing oneself.")
class ViewerUpdatePayload:
    user: User | None = field(default=None, description="The caller as they are now; null when something is wrong.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of changing one's own password.")
class ViewerPasswordChangePayload:
    user: User | None = field(default=None, description="The caller; null when something is wrong.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of asking for another address.")
class ViewerEmailChangeStartPayload:
    email_change: EmailChange | None = field(
        default=None, description="What waits for confirmation. It is the same if the address is somebody else's."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of keeping the present address.")
class ViewerEmailChangeWithdrawPayload:
    user: User | None = field(default=None, description="The caller, whose address stays as it is.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of asking for a mail that proves one's own address.")
class ViewerVerificationSendPayload:
    user: User | None = field(default=None, description="The caller.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


async def _before_update(info: Info, input: ViewerUpdateInput) -> None:
    await service.count_username(info.context.actor, build_changes(ProfileChanges, input))


async def _before_password_change(info: Info, input: ViewerPasswordChangeInput) -> None:
    info.context.prepared.put(await service.prepare_own_password(info.context.actor, input.password))


@strawberry.type
class OwnAccountMutation:
    @mutation(
        description="Change one's own profile. The address has a mutation of its own; attributes, and whether an "
        f"address counts as verified, are for operators. {_BY_SESSION}",
        ahead=_before_update,
    )
    async def viewer_update(
        self, info: Info, input: Annotated[ViewerUpdateInput, argument(description="What changes.")]
    ) -> ViewerUpdatePayload:
        changes = build_changes(ProfileChanges, input)
        return ViewerUpdatePayload(user=as_node(await service.change_own_profile(info.context.actor, changes)))

    @mutation(
        description="Change one's own password, or choose a first one: every other session ends, and tokens. "
        f"Ten tries an hour. {_FRESH}",
        ahead=_before_password_change,
    )
    async def viewer_password_change(
        self, info: Info, input: Annotated[ViewerPasswordChangeInput, argument(description="The new one.")]
    ) -> ViewerPasswordChangePayload:
        user = await service.change_own_password(info.context.actor, info.context.prepared.take(PreparedPassword))
        return ViewerPasswordChangePayload(user=as_node(user))

    @mutation(
        description="Send a link to another address. Nothing changes before the caller, signed in here, has opened "
        f"it. Five times an hour. {_FRESH}"
    )
    async def viewer_email_change_start(
        self, info: Info, input: Annotated[ViewerEmailChangeStartInput, argument(description="The new one.")]
    ) -> ViewerEmailChangeStartPayload:
        pending = await service.start_email_change(info.context.actor, input.email, locale=DEFAULT_LANGUAGE)
        return ViewerEmailChangeStartPayload(email_change=as_email_change(pending))

    @mutation(description=f"Keep the present address: the link that was sent works no more. {_BY_SESSION}")
    async def viewer_email_change_withdraw(
        self, info: Info, input: Annotated[ViewerEmailChangeWithdrawInput, argument(description="Whose.")]
    ) -> ViewerEmailChangeWithdrawPayload:
        return ViewerEmailChangeWithdrawPayload(user=as_node(await service.withdraw_email_change(info.context.actor)))

    @mutation(
        description="Send the mail again that proves one's own address; none where it is proved. Five times an hour. "
        f"{_BY_SESSION}"
    )
    async def viewer_verification_send(
        self, info: Info, input: Annotated[ViewerVerificationSendInput, argument(description="For whom.")]
    ) -> ViewerVerificationSendPayload:
        return ViewerVerificationSendPayload(user=as_node(await service.send_own_verification(info.context.actor)))
