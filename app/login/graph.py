"""Opening accounts in the API: users with a password, or an invitation to choose one."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, argument, field

from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.errors import UserError
from app.graph.inputs import build
from app.graph.mutations import OwnUnitOfWork
from app.graph.scalars import JSON
from app.login.service.accounts import open_account
from app.users.graph import User, as_node
from app.users.types import NewUser

_NOT_OF_THE_USER = ("password", "send_invitation", "idempotency_key")


@strawberry.input(description="A user to create.")
class UserCreateInput:
    email: str = field(description="The e-mail address, unique without regard to case.")
    name: str | None = field(default=UNSET, description="The full name.")
    username: str | None = field(default=UNSET, description="Another name to sign in with.")
    email_verified: bool | None = field(default=False, description="Whether the address counts as verified.")
    password: str | None = field(default=UNSET, description="A first password.")
    locale: str | None = field(default=UNSET, description="Preferred language, a BCP 47 tag.")
    attributes: JSON | None = field(default=UNSET, description="Free attributes, a JSON object.")
    send_invitation: bool | None = field(
        default=False, description="Whether to send a mail with a link to choose a password."
    )
    idempotency_key: str | None = field(
        default=UNSET, description="The same key gives the same user again, and sends nothing again."
    )


@strawberry.type(description="The outcome of creating a user.")
class UserCreatePayload:
    user: User | None = field(default=None, description="The new user; null when something is wrong.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class AccountMutation:
    @strawberry.mutation(
        description="Create a user, with a password or with an invitation by mail.",
        extensions=[OwnUnitOfWork()],
        directives=[Requires(permission="users.create")],
    )
    async def user_create(
        self, info: Info, input: Annotated[UserCreateInput, argument(description="The user.")]
    ) -> UserCreatePayload:
        user = await open_account(
            info.context.actor,
            build(NewUser, input, without=_NOT_OF_THE_USER),
            password=input.password or None,
            is_invited=bool(input.send_invitation),
            idempotency_key=input.idempotency_key or None,
        )
        return UserCreatePayload(user=as_node(user))
