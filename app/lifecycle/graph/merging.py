"""Making one account of two."""

from __future__ import annotations

from typing import Annotated, cast

import strawberry
from strawberry import ID, UNSET, argument, field

from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.mutations import mutation
from app.lifecycle import service
from app.lifecycle.types import MergeWish
from app.users.graph import User, as_node


@strawberry.input(
    description="Which account becomes part of which. "
    'Example: `{from: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", into: "usr_01jq3zv4m9w8k2c7d5f6g1h0cd", dryRun: true}`'
)
class UserMergeInput:
    from_: ID = field(
        name="from", description='The account that goes. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`'
    )  # fmt: skip
    into: ID = field(description='The account that stays. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0cd"`')
    reason: str | None = field(
        default=UNSET, description='Why, for the audit trail. Example: `"Signed up twice, ticket 4711."`'
    )
    dry_run: bool = field(default=False, description="Only tell what would move.")


@strawberry.type(description="What of one kind moves in a merge.")
class UserMergePart:
    name: str = field(description="`linked_identities`, `tuples` or `consents`.")
    moved: int = field(description="How many go over to the account that stays.")
    dropped: int = field(description="How many it had already, or are not worth anything any more.")


@strawberry.type(description="The outcome of merging two accounts.")
class UserMergePayload:
    user: User | None = field(default=None, description="The account that stays.")
    parts: list[UserMergePart] | None = field(
        default=None,
        description="What moved, or would. Password, second factors, keys, sessions and mails of the account that goes "
        "are dropped in any case.",
    )
    profile: list[str] | None = field(
        default=None, description="Fields of the profile that were empty and are taken from the other account."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class MergeMutation:
    @mutation(
        description="Make one account of two of the same person. The one that goes is erased, and its tombstone names "
        "the other; sessions and tokens of both end. Besides the named permission it needs `users.update`, the access "
        "that its tuples give, and whatever either account may do.",
        requires="users.delete",
    )
    async def user_merge(
        self, info: Info, input: Annotated[UserMergeInput, argument(description="Which.")]
    ) -> UserMergePayload:
        wish = MergeWish(
            source_id=input.from_, target_id=input.into, reason=input.reason or None, is_dry_run=input.dry_run
        )  # fmt: skip
        merged = await service.merge_accounts(info.context.actor, wish)
        parts = cast("list[UserMergePart]", list(merged.parts))
        return UserMergePayload(user=as_node(merged.user), parts=parts, profile=list(merged.profile))
