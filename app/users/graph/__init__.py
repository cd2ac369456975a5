"""Users in the API."""

from app.users.graph.changes import UserMutation
from app.users.graph.reads import UserQuery
from app.users.graph.values import (
    User,
    UserBan,
    UserConnection,
    UserDeletion,
    UserStatus,
    as_node,
    load_user,
    load_visible_user,
)

__all__ = [
    "User",
    "UserBan",
    "UserConnection",
    "UserDeletion",
    "UserMutation",
    "UserQuery",
    "UserStatus",
    "as_node",
    "load_user",
    "load_visible_user",
]
