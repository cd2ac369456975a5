"""Directives that the schema shows."""

from __future__ import annotations

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requires",
    description="What the caller must be permitted to do, unless the field's description names an exception.",
)
class Requires:
    permission: str = strawberry.field(description="The permission, such as `users.view`.")
