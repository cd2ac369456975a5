"""The interface of everything that has an id."""

from __future__ import annotations

import strawberry


@strawberry.interface(description="Something with an id. The id is the same in tokens, permissions and events.")
class Node:
    id: strawberry.ID = strawberry.field(description="The id, with a prefix that tells the kind.")
