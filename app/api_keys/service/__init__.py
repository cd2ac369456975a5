"""Use cases of the api_keys room."""

from app.api_keys.service.changing import (
    delete_key,
    delete_keys_of,
    disable_key,
    enable_key,
    rotate_key,
    update_key,
)
from app.api_keys.service.creating import create_key
from app.api_keys.service.memory import forget_api_keys
from app.api_keys.service.reading import (
    count_keys,
    count_keys_of,
    get_keys,
    guard_keys_of,
    list_keys,
    list_keys_of,
    list_permissions_of,
)
from app.api_keys.service.resolve import (
    actor_of_key,
    admit_token,
    find_live_key,
    is_active_key,
    prove_key,
    resolve_key,
)
from app.api_keys.service.rights import may_view_key
from app.api_keys.service.uses import flush_uses, noting_uses

__all__ = [
    "actor_of_key",
    "admit_token",
    "count_keys",
    "count_keys_of",
    "create_key",
    "delete_key",
    "delete_keys_of",
    "disable_key",
    "enable_key",
    "find_live_key",
    "flush_uses",
    "forget_api_keys",
    "get_keys",
    "guard_keys_of",
    "is_active_key",
    "list_keys",
    "list_keys_of",
    "list_permissions_of",
    "may_view_key",
    "noting_uses",
    "prove_key",
    "resolve_key",
    "rotate_key",
    "update_key",
]
