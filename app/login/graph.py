"""Opening accounts in the API: users with a password, or an invitation to choose one."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, argument, field

from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import build, given
from app.graph.mutations import mutation
from app.graph.scalars import JSON
from app.login.service.accounts import FirstPassword, open_account
from app.users.graph import User, as_node
from app.users.types import NewUser

_NOT_OF_THE_USER = ("password", "must_change_password", "send_invitation", "idempotency_key")


@strawberry.input(
    description="A user to create. "
    'Example: `{email: "ada@example.com", name: "Ada Lovelace", sendInvitation: true}`'
)  # fmt: skip
class UserCreateInput:
    email: str = field(
        description='The e-mail address, unique without regard to case. Example: `"ada@example.com"`'
    )  # fmt: skip
    name: str | None = field(default=UNSET, description='The full name. Example: `"Ada Lovelace"`')
    username: str | None = field(default=UNSET, description='Another name to sign in with. Example: `"ada"`')
    email_verified: bool | None = field(default=False, description="Whether the address counts as verified.")
    password: str | None = field(
        default=UNSET, description='A first password. Example: `"correct horse battery staple"`'
    )
    must_change_password: bool | None = field(
        default=False, description="Whether the first password has to be changed at the first sign-in."
    )
    locale: str | None = field(default=UNSET, description='Preferred language, a BCP 47 tag. Example: `"en-GB"`')
    attributes: JSON | None = field(
        default=UNSET, description='Free attributes, a JSON object. Example: `{department: "Engines"}`'
    )
    send_invitation: bool | None = field(
        default=False, description="Whether to send a mail with a link to choose a password."
    )
    idempotency_key: str | None = field(
        default=UNSET,
        description="Your name for this request, 1 to 200 characters. The same key with the same input gives the "
        "same user again, as it is now, and sends nothing again; with other input it is a conflict. "
        'Example: `"hr-import-2026-01-31-0042"`',
    )


@strawberry.type(description="The outcome of creating a user.")
class UserCreatePayload:
    user: User | None = field(default=None, description="The new user; null when something is wrong.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class AccountMutation:
    @mutation(
        description="Create a user, with a password or with an invitation by mail.", requires="users.create"
    )  # fmt: skip
    async def user_create(
        self, info: Info, input: Annotated[UserCreateInput, argument(description="The user.")]
    ) -> UserCreatePayload:
        user = await open_account(
            info.context.actor,
            build(NewUser, input, without=_NOT_OF_THE_USER),
            password=FirstPassword(input.password, bool(input.must_change_password)) if input.password else None,
            is_invited=bool(input.send_invitation),
            idempotency_key=given(input.idempotency_key),
        )
        return UserCreatePayload(user=as_node(user))
