"""Exports of what is known of a person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, argument, field

from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.mutations import mutation
from app.lifecycle import service

_MARK = 'Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`'


@strawberry.input(description='Whose data. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`')
class UserDataExportInput:
    id: ID = field(description='Which user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`')


@strawberry.input(description="Asks for the caller's data. Example: `{}`")
class ViewerDataExportInput:
    client_mutation_id: str | None = field(default=UNSET, description=_MARK)


_URL = (
    "Give it to nobody: whoever opens it first, within minutes, has the document. Where a browser's session asked, "
    "only that browser can."
)


@strawberry.type(description="Where a JSON document with all that is known of a user can be downloaded.")
class UserDataExportPayload:
    url: str | None = field(default=None, description=_URL)
    expires_at: datetime | None = field(default=None, description="Until when the link works.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="Where a JSON document with all that is known of the caller can be downloaded.")
class ViewerDataExportPayload:
    url: str | None = field(default=None, description=_URL)
    expires_at: datetime | None = field(default=None, description="Until when the link works.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class ExportMutation:
    @mutation(
        description="Get all that is known of a user, to answer them: profile, factors without secrets, linked "
        "accounts, sessions, consents, tokens, keys, tuples, mails, audit events. Besides the named permission it "
        "needs `users.view`, `sessions.view_all` and `api_keys.view_all`. Five times an hour for each user.",
        requires="platform.manage_platform",
    )
    async def user_data_export(
        self, info: Info, input: Annotated[UserDataExportInput, argument(description="Whose.")]
    ) -> UserDataExportPayload:
        link = await service.link_export(info.context.actor, input.id)
        return UserDataExportPayload(url=link.url, expires_at=link.expires_at)

    @mutation(description="Get all that is known of oneself, after a fresh sign-in. Five times an hour.")
    async def viewer_data_export(
        self, info: Info, input: Annotated[ViewerDataExportInput, argument(description="Nothing is needed.")]
    ) -> ViewerDataExportPayload:
        link = await service.link_own_export(info.context.actor)
        return ViewerDataExportPayload(url=link.url, expires_at=link.expires_at)
