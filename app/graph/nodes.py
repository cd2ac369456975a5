"""Finding anything by its id."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry
from strawberry import ID, argument, field

from app.api_keys.graph import load_key as load_api_key
from app.authz.graph import TUPLE_PREFIX, load_model, load_tuple
from app.clients.graph import load_client, load_initial_token
from app.contexts.graph import load_context
from app.events.graph import load_event
from app.graph.context import Info
from app.graph.limits import TooComplex
from app.graph.node import Node
from app.kit.guard import require_sign_in
from app.kit.ids import prefix_of
from app.kit.paging import MAX_PAGE
from app.mail.graph import load_mail
from app.oidc.graph import load_consent, load_family
from app.policies.graph import load_evaluation, load_policy, load_version
from app.sessions.graph import load_session
from app.signing.graph import load_key
from app.upstream.graph import load_link, load_provider
from app.users.graph import load_user

Load = Callable[[Info, str], Awaitable[object | None]]

_IDS = (
    "At most 100 ids, of any kinds. "
    'Example: `["usr_01jq3zv4m9w8k2c7d5f6g1h0ab", "cli_01jq40b7n2r5s8t1v4w7x0y3za"]`'
)  # fmt: skip
_LOADERS: dict[str | None, Load] = {
    "usr": load_user,
    "cli": load_client,
    "iat": load_initial_token,
    "key": load_api_key,
    "ses": load_session,
    "sk": load_key,
    "aud": load_event,
    "mail": load_mail,
    "mdl": load_model,
    "con": load_consent,
    "fam": load_family,
    "idp": load_provider,
    "ctx": load_context,
    "lid": load_link,
    "pol": load_policy,
    "pov": load_version,
    "pev": load_evaluation,
}


@strawberry.type
class NodeQuery:
    @field(
        description="Whatever has this id; null when there is nothing or it is hidden from the caller.",
        graphql_type=Node | None,
    )
    async def node(
        self,
        info: Info,
        id: Annotated[ID, argument(description='The id, of any kind. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`')],
    ) -> object | None:
        require_sign_in(info.context.actor)
        return await load_node(info, id)

    @field(
        description="Whatever has these ids, in their order; null where there is nothing or it is hidden.",
        graphql_type=list[Node | None],
    )
    async def nodes(self, info: Info, ids: Annotated[list[ID], argument(description=_IDS)]) -> list[object | None]:
        require_sign_in(info.context.actor)
        if len(ids) > MAX_PAGE:
            raise TooComplex("ids", MAX_PAGE)
        return list(await asyncio.gather(*(load_node(info, each) for each in ids)))


async def load_node(info: Info, node_id: str | None) -> object | None:
    """Whatever has this id; None when there is nothing, or it is hidden from the caller.

    Users and clients may keep a foreign id from an import, which has no prefix of ours. Tuples have numbers.
    """
    if node_id is None:
        return None
    if node_id.startswith(TUPLE_PREFIX):
        return await load_tuple(info, node_id)
    load = _LOADERS.get(prefix_of(node_id))
    if load is not None:
        return await load(info, node_id)
    return await load_user(info, node_id) or await load_client(info, node_id)
