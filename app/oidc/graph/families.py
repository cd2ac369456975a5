"""Token families, in the API."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID, Parent, argument, field

from app.clients import service as clients
from app.clients.graph import Client, load_client
from app.clients.types import Client as RoomClient
from app.graph.connections import Paged, load_page
from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.mutations import mutation
from app.graph.node import Node
from app.kit.paging import PageRequest
from app.oidc import families
from app.oidc.families import FamilyOwner
from app.oidc.families import TokenFamily as RoomFamily
from app.users.graph import User, as_node, load_user
from app.users.types import User as RoomUser

if TYPE_CHECKING:
    from app.sessions.graph import Session


@strawberry.type(
    description="What one sign-in of a user gave an application, as long as it lives: refresh tokens that follow each "
    "other, and the access tokens that came with them."
)
class TokenFamily(Node):
    client_id: ID = field(description="Id of the application.")
    user_id: ID = field(description="Id of the user.")
    session_id: ID = field(description="Id of the session that it grew from, which may be over.")
    resources: list[str] = field(
        description="Resources that its tokens may be for (RFC 8707). Empty: only Auther itself."
    )
    acr: str = field(description="How strong the sign-in was.")
    created_at: datetime = field(description="When the user signed in to the application.")
    last_used_at: datetime = field(description="When it last gave tokens.")
    expires_at: datetime = field(description="Its end in any case.")
    refresh_expires_at: datetime | None = field(description="Its end without use. Null: it has no refresh tokens.")

    @field(description="What its tokens may be used for.")
    @staticmethod
    def scopes(family: Parent[RoomFamily]) -> list[str]:
        return list(family.scope)

    @field(description="Thumbprint (RFC 7638) of the key that its latest tokens are bound to. Null: bearer tokens.")
    @staticmethod
    def bound_key(family: Parent[RoomFamily]) -> str | None:
        return family.jkt

    @field(description="The application's name, as the user saw it.")
    @staticmethod
    async def client_name(family: Parent[RoomFamily], info: Info) -> str | None:
        found = await info.context.loaders.load(clients.get_clients, family.client_id)
        return found.name if found else None

    @field(description="The application. Null when hidden from the caller.", graphql_type=Client | None)
    @staticmethod
    async def client(family: Parent[RoomFamily], info: Info) -> RoomClient | None:
        return await load_client(info, family.client_id)

    @field(description="Whose it is. Null when hidden from the caller.", graphql_type=User | None)
    @staticmethod
    async def user(family: Parent[RoomFamily], info: Info) -> RoomUser | None:
        return await load_user(info, family.user_id)

    @field(
        description="The session that it grew from. Null when it is over, or hidden from the caller.",
        graphql_type=Annotated["Session", strawberry.lazy("app.sessions.graph")] | None,
    )
    @staticmethod
    async def session(family: Parent[RoomFamily], info: Info) -> object | None:
        from app.sessions.graph import load_session

        return await load_session(info, family.session_id)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, RoomFamily)


@strawberry.input(
    description='Which token family to end. Example: `{id: "fam_01jq3zv4m9w8k2c7d5f6g1h0ab"}`',
)
class TokenFamilyRevokeInput:
    id: ID = field(description='Its id, from `tokenFamilies`. Example: `"fam_01jq3zv4m9w8k2c7d5f6g1h0ab"`')


@strawberry.type(description="The outcome of ending a token family.")
class TokenFamilyRevokePayload:
    user: User | None = field(
        default=None, description="Whose it was. Null when something is wrong, and when hidden from the caller."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class TokenFamilyMutation:
    @mutation(
        description="End one token family: its refresh tokens and access tokens are worth nothing at once. The session "
        "and the consent stay, so the application may send the user to sign in again. One's own need no permission, "
        "and `clients.manage_access` on the application is enough.",
        requires="sessions.revoke_all",
    )
    async def token_family_revoke(
        self, info: Info, input: Annotated[TokenFamilyRevokeInput, argument(description="Which family.")]
    ) -> TokenFamilyRevokePayload:
        family = await families.revoke_family(info.context.actor, input.id)
        user = await load_user(info, family.user_id)
        return TokenFamilyRevokePayload(user=as_node(user) if user else None)


async def load_families_of_user(info: Info, user_id: str, page: PageRequest) -> Paged[RoomFamily]:
    """A page of a user's live families; those of several users come in one statement."""
    return await _load(info, FamilyOwner.USER, user_id, page)


async def load_families_of_client(info: Info, client_id: str, page: PageRequest) -> Paged[RoomFamily]:
    """A page of the live families that a client has; those of several clients come in one statement."""
    return await _load(info, FamilyOwner.CLIENT, client_id, page)


async def load_family(info: Info, family_id: str) -> RoomFamily | None:
    """A live family; None when there is none or it is hidden from the caller."""
    found = await info.context.loaders.load(families.get_families, family_id)
    is_visible = found is not None and await families.may_view_family(info.context.actor, found)
    return found if is_visible else None


async def _load(info: Info, owner: FamilyOwner, owner_id: str, page: PageRequest) -> Paged[RoomFamily]:
    await families.guard_families_of(info.context.actor, owner, owner_id)
    return await load_page(info, families.list_families_of, families.count_families_of, owner_id, owner, page=page)
