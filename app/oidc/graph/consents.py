"""What users allowed applications, in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, Parent, argument, field

from app.clients import service as clients
from app.clients.graph import Client, load_client
from app.clients.types import Client as RoomClient
from app.graph.connections import Connection, Paged, load_page
from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.mutations import mutation
from app.graph.node import Node
from app.kit.guard import guard
from app.kit.paging import PageRequest
from app.oidc import edges
from app.oidc.edges import StoredConsent
from app.oidc.service import withdraw_consent
from app.users.graph import User, as_node, load_user
from app.users.types import User as RoomUser


@strawberry.type(description="That a user has used an application, and what the user allowed it.")
class Consent(Node):
    client_id: ID = field(description="Id of the application.")
    created_at: datetime = field(description="When the user used it first.")
    updated_at: datetime = field(description="When the user last allowed something.")

    @field(description="The scopes that the user allowed; none for an application of our own, which does not ask.")
    @staticmethod
    def scopes(consent: Parent[StoredConsent]) -> list[str]:
        return list(consent.scope)

    @field(description="The application's name, as the user saw it.")
    @staticmethod
    async def client_name(consent: Parent[StoredConsent], info: Info) -> str | None:
        found = await info.context.loaders.load(clients.get_clients, consent.client_id)
        return found.name if found else None

    @field(description="The application. Null when hidden from the caller.", graphql_type=Client | None)
    @staticmethod
    async def client(consent: Parent[StoredConsent], info: Info) -> RoomClient | None:
        return await load_client(info, consent.client_id)

    @field(description="Who allowed it. Null when hidden from the caller.", graphql_type=User | None)
    @staticmethod
    async def user(consent: Parent[StoredConsent], info: Info) -> RoomUser | None:
        return await load_user(info, consent.user_id)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, StoredConsent)


ConsentConnection = Connection[Consent]


@strawberry.input(
    description="Which consent to withdraw. Example: "
    '`{userId: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za"}`'
)
class ConsentWithdrawInput:
    user_id: ID = field(description='Whose. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`')
    client_id: ID = field(description='For which application. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`')


@strawberry.type(description="The outcome of withdrawing a consent.")
class ConsentWithdrawPayload:
    user: User | None = field(
        default=None, description="The user. Null when something is wrong, and when hidden from the caller."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class ConsentMutation:
    @mutation(
        description="Withdraw what a user allowed an application: its refresh tokens for the user end at once, and it "
        "has to ask again. One's own needs no permission.",
        requires="users.update",
    )
    async def consent_withdraw(
        self, info: Info, input: Annotated[ConsentWithdrawInput, argument(description="Which consent.")]
    ) -> ConsentWithdrawPayload:
        await withdraw_consent(info.context.actor, input.user_id, input.client_id)
        user = await load_user(info, input.user_id)
        return ConsentWithdrawPayload(user=as_node(user) if user else None)


async def load_consents_of(info: Info, user_id: str, page: PageRequest) -> Paged[StoredConsent]:
    """A page of what a user allowed; those of several users come in one statement."""
    await edges.guard_consents_of(info.context.actor, user_id)
    return await load_page(info, edges.list_consents_of, edges.count_consents_of, user_id, page=page)


async def load_clients_of(info: Info, user_id: str, page: PageRequest) -> Paged[RoomClient]:
    """A page of the applications that a user has used; those of several users come in two statements.

    Raises:
        Forbidden, Unauthenticated: without `clients.view`, or about others without `users.view`.
    """
    await guard(info.context.actor, "clients.view")
    await edges.guard_consents_of(info.context.actor, user_id)
    return await load_page(info, edges.list_clients_of, edges.count_consents_of, user_id, page=page)


async def load_consent(info: Info, consent_id: str) -> StoredConsent | None:
    """A consent; None when there is none, or it is hidden from the caller."""
    found = await info.context.loaders.load(edges.get_consents, consent_id)
    is_visible = found is not None and await edges.may_view_consent(info.context.actor, found)
    return found if is_visible else None
