"""Saving and deleting policies."""

from __future__ import annotations

from typing import Annotated, cast

import strawberry
from strawberry import ID, argument, field

from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import given
from app.graph.mutations import mutation
from app.policies import service, types
from app.policies.graph.inputs import PolicyDeleteInput, PolicySaveInput, to_draft
from app.policies.graph.trials import PolicyWarning
from app.policies.graph.values import Policy, as_node
from app.policies.service.access import MANAGE_ACCESS

_OWN = "Those of the installation, without a client, need `platform.manage_platform`."


@strawberry.type(description="The outcome of saving a policy.")
class PolicySavePayload:
    policy: Policy | None = field(default=None, description="The policy in force; null when nothing was saved.")
    warnings: list[PolicyWarning] | None = field(
        default=None, description="What is odd about it; null when nothing was saved."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of deleting a policy.")
class PolicyDeletePayload:
    deleted_id: ID | None = field(default=None, description="The id that is gone.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


async def _review(info: Info, *, input: PolicySaveInput) -> None:
    """Samples run for up to some seconds: no transaction waits for them."""
    info.context.prepared.put(await service.review_policy(info.context.actor, to_draft(input)))


@strawberry.type
class PolicyMutation:
    @mutation(
        description="Save a policy; it is in force at once. What its samples contradict is refused, and what is like "
        f"the version in force makes no other one, so it can be sent again. {_OWN}",
        requires=MANAGE_ACCESS,
        ahead=_review,
    )
    async def policy_save(
        self, info: Info, input: Annotated[PolicySaveInput, argument(description="The policy.")]
    ) -> PolicySavePayload:
        review = info.context.prepared.take(types.PolicyReview)
        key = given(input.idempotency_key)
        saved = await service.save_policy(info.context.actor, review.draft, review=review, idempotency_key=key)
        return PolicySavePayload(policy=as_node(saved), warnings=cast("list[PolicyWarning]", list(review.warnings)))

    @mutation(
        description="Delete a policy with its versions and what it said. While permissions or tuples refer to it, it "
        f"is not deleted. {_OWN}",
        requires=MANAGE_ACCESS,
    )
    async def policy_delete(
        self, info: Info, input: Annotated[PolicyDeleteInput, argument(description="Which policy.")]
    ) -> PolicyDeletePayload:
        await service.delete_policy(info.context.actor, input.id)
        return PolicyDeletePayload(deleted_id=input.id)
