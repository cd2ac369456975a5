"""Deleting users and having them back."""

from __future__ import annotations

from typing import Annotated, cast

import strawberry
from strawberry import ID, UNSET, argument, field

from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.mutations import mutation
from app.lifecycle import service
from app.users.graph import User, UserDeletion, as_node
from app.users.types import Deletion

_MARK = 'Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`'
_WHICH = 'Which user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`'


@strawberry.input(description='Whom to delete. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", dryRun: true}`')
class UserDeleteInput:
    id: ID = field(description=_WHICH)
    immediately: bool = field(
        default=False, description="Erase the account now, with no time to have it back. Example: `true`"
    )
    dry_run: bool = field(
        default=False, description="Only tell whether it can be done, and show in `user` what would be gone."
    )


@strawberry.input(description='Whose deletion to call off. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`')
class UserRestoreInput:
    id: ID = field(description=_WHICH)


@strawberry.input(description="Deletes the caller's account. Example: `{}`")
class ViewerDeleteInput:
    client_mutation_id: str | None = field(default=UNSET, description=_MARK)


@strawberry.type(description="The outcome of deleting a user.")
class UserDeletePayload:
    deleted_id: ID | None = field(
        default=None, description="The id that is gone for good; null where that has time, and for a dry run."
    )
    user: User | None = field(
        default=None,
        description="The user who will be erased, when `deletion` says; of a dry run, whom it would delete. What hangs "
        "from them, such as `sessions` and `tuples`, will be gone too.",
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of restoring a user.")
class UserRestorePayload:
    user: User | None = field(default=None, description="The user, who may sign in again unless banned.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of deleting one's own account.")
class ViewerDeletePayload:
    deletion: UserDeletion | None = field(
        default=None, description="When it will be erased; null when it is gone at once, as the server is set up."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class DeletionMutation:
    @mutation(
        description="Delete a user: nobody signs in as them any more, and after the server's grace period they are "
        "erased with what hangs from them. The id never comes back.",
        requires="users.delete",
    )
    async def user_delete(
        self, info: Info, input: Annotated[UserDeleteInput, argument(description="Whom.")]
    ) -> UserDeletePayload:
        actor = info.context.actor
        if input.dry_run:
            return UserDeletePayload(user=as_node(await service.review_deletion(actor, input.id)))
        if input.immediately:
            await service.erase_account(actor, input.id)
            return UserDeletePayload(deleted_id=input.id)
        user = await service.schedule_deletion(actor, input.id)
        return UserDeletePayload(user=as_node(user)) if user else UserDeletePayload(deleted_id=input.id)

    @mutation(
        description="Call off the deletion of a user who is not erased yet. Nothing happens when there is none. Ended "
        "sessions and tokens stay ended.",
        requires="users.delete",
    )
    async def user_restore(
        self, info: Info, input: Annotated[UserRestoreInput, argument(description="Whom.")]
    ) -> UserRestorePayload:
        return UserRestorePayload(user=as_node(await service.restore_account(info.context.actor, input.id)))

    @mutation(
        description="Delete one's own account, after a fresh sign-in: every session ends. Until it is erased, signing "
        "in offers to keep it."
    )
    async def viewer_delete(
        self, info: Info, input: Annotated[ViewerDeleteInput, argument(description="Nothing is needed.")]
    ) -> ViewerDeletePayload:
        return ViewerDeletePayload(deletion=_as_node(await service.schedule_own_deletion(info.context.actor)))


def _as_node(deletion: Deletion | None) -> UserDeletion | None:
    return cast("UserDeletion | None", deletion)
