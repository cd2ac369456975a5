"""Finding policies, and trying new ones."""

from __future__ import annotations

from functools import partial
from typing import Annotated, cast

import strawberry
from strawberry import ID, UNSET, argument, field

from app.graph.connections import Paged, connection
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.inputs import given
from app.kit.guard import has_permission, refuse
from app.kit.paging import PageRequest
from app.policies import service, types
from app.policies.graph.inputs import CLIENT, PolicyTestInput, to_context, to_samples
from app.policies.graph.trials import PolicyTest
from app.policies.graph.values import Policy, PolicyConnection, load_policy, scope_of
from app.policies.service.access import MANAGE_ACCESS

_OWN = "Those of the installation, without a client, need `platform.manage_platform`."
_ID = 'The policy\'s id. Example: `"pol_01jq43e0s5t8v1w4x7y0z3a6bd"`'
_MANAGES_ACCESS = Requires(permission=MANAGE_ACCESS)


@strawberry.type
class PolicyQuery:
    @field(
        description=f"One policy; null if there is none, or it is hidden. {_OWN}",
        graphql_type=Policy | None,
        directives=[_MANAGES_ACCESS],
    )
    async def policy(self, info: Info, id: Annotated[ID, argument(description=_ID)]) -> types.Policy | None:
        found = await load_policy(info, id)
        if found is None and not await has_permission(info.context.actor, MANAGE_ACCESS):
            refuse(info.context.actor, MANAGE_ACCESS, on="on this client")
        return found

    @connection(
        PolicyConnection,
        description=f"A page of the policies of a client, or of the installation's own, by name. {_OWN}",
        requires=MANAGE_ACCESS,
    )
    async def policies(
        self,
        info: Info,
        page: PageRequest,
        client: Annotated[
            ID | None, argument(description=f"Whose policies; the installation's own when absent. {CLIENT}")
        ] = UNSET,
        search: Annotated[
            str | None, argument(description='Only those with this text in name or description. Example: `"amount"`')
        ] = UNSET,
    ) -> Paged[types.Policy]:
        actor, scope, text = info.context.actor, scope_of(client), given(search)
        found = await service.list_policies(actor, scope, text, page)
        return Paged(found, partial(service.count_policies, actor, scope, text))

    @field(
        description="Run a source that counts for nothing: with a context, and with samples. Nothing of it is kept. "
        f"{_OWN}",
        directives=[_MANAGES_ACCESS],
    )
    async def policy_test(
        self, info: Info, input: Annotated[PolicyTestInput, argument(description="What to run.")]
    ) -> PolicyTest:
        trial = await service.try_policy(
            info.context.actor,
            input.source,
            context=to_context(input.context),
            samples=to_samples(given(input.samples)),
            scope=str(input.client) if input.client else None,
        )
        return cast("PolicyTest", trial)
