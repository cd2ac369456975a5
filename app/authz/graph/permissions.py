"""All permissions of a subject in the API: what a token would hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import orjson
import strawberry
from strawberry import ID, UNSET, argument, field

from app.authz.errors import SubjectAmbiguous
from app.authz.graph.inputs import SubjectInput, whom
from app.authz.service.permissions import list_permissions_of
from app.authz.types.granted import Granted
from app.authz.types.tuples import SubjectRef
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.inputs import given
from app.graph.scalars import JSON

if TYPE_CHECKING:
    from app.oidc.graph import TokenClaims

_SCOPES = (
    "What the client would ask for, of the scopes that it may; all of them when absent. "
    'Example: `["openid", "email"]`'
)  # fmt: skip
_USER = 'A user; the caller without one and a subject. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`'
_CLIENT = 'The client; null for Auther itself. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`'


@strawberry.type(description="The permissions of a subject on the types of one client, as a token would hold them.")
class Permissions:
    permissions: JSON = field(
        description="`{type: [action], type:id: [action]}`; a bare type is every entity of it. A JSON object."
    )
    abac_required: JSON = field(
        description="The same shape: of these, what a live check has to decide with the attributes of the resource."
    )
    is_truncated: bool = field(description="Whether grants on single entities are left out: there are too many.")
    size_bytes: int = field(description="How much room they take in a token, bytes.")
    subject: strawberry.Private[SubjectRef]
    scope: strawberry.Private[str]

    @field(
        description="All claims that the tokens would hold. Null without a client, and for a subject that is no user. "
        "One's own need no permission.",
        graphql_type=Annotated["TokenClaims", strawberry.lazy("app.oidc.graph")] | None,
        directives=[Requires(permission="users.view")],
    )
    async def claims(
        self,
        info: Info,
        scopes: Annotated[list[str] | None, argument(description=_SCOPES)] = UNSET,
    ) -> TokenClaims | None:
        from app.oidc.graph import load_claims

        if self.subject.type != "user" or not self.scope:
            return None
        return await load_claims(info, self.subject.id, self.scope, given(scopes))


@strawberry.type
class PermissionQuery:
    @field(
        description="What a token of a subject for a client would hold. About oneself it needs no permission; without "
        "a client it is what guards Auther itself, and about others needs `platform.manage_platform`.",
        directives=[Requires(permission="clients.manage_access")],
    )
    async def token_preview(
        self,
        info: Info,
        user_id: Annotated[ID | None, argument(description=_USER)] = UNSET,
        subject: Annotated[SubjectInput | None, argument(description="Another subject.")] = UNSET,
        client_id: Annotated[ID | None, argument(description=_CLIENT)] = UNSET,
    ) -> Permissions:
        if user_id and subject:
            raise SubjectAmbiguous
        asked = SubjectRef("user", str(user_id)) if user_id else whom(info.context.actor, subject)
        return await load_permissions(info, asked, client_id)


async def load_permissions(info: Info, subject: SubjectRef, client_id: str | None) -> Permissions:
    """The permissions of a subject.

    Raises:
        Forbidden, Unauthenticated: about another subject, without `manage_access`.
    """
    scope = str(client_id or "")
    granted = await info.context.loaders.load(list_permissions_of, (subject, scope), info.context.actor)
    assert granted is not None
    return _show(granted, subject, scope)


async def load_own_permissions(info: Info, client_id: str | None) -> Permissions:
    """The permissions of the caller.

    Raises:
        Unauthenticated: nobody is signed in.
    """
    return await load_permissions(info, whom(info.context.actor, None), client_id)


def _show(granted: Granted, subject: SubjectRef, scope: str) -> Permissions:
    maps = [dict(granted.permissions), dict(granted.abac_required)]
    return Permissions(
        permissions=JSON(maps[0]),
        abac_required=JSON(maps[1]),
        is_truncated=granted.is_truncated,
        size_bytes=len(orjson.dumps(maps)),
        subject=subject,
        scope=scope,
    )
