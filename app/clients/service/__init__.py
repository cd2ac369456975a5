"""Use cases of the clients room."""

from app.clients.service.ahead import ask_ahead_of_create, ask_ahead_of_update
from app.clients.service.declare import declare_client, declare_clients, release_declared_clients
from app.clients.service.manage import (
    create_client,
    delete_client,
    review_deletion,
    rotate_client_secret,
    update_client,
)
from app.clients.service.outbound import policy_for, policy_of
from app.clients.service.read import (
    count_clients,
    find_client,
    find_resources,
    forget_clients,
    get_clients,
    is_registered_origin,
    list_clients,
    may_view_client,
    verify_client_secret,
)

__all__ = [
    "ask_ahead_of_create",
    "ask_ahead_of_update",
    "count_clients",
    "create_client",
    "declare_client",
    "declare_clients",
    "delete_client",
    "find_client",
    "find_resources",
    "forget_clients",
    "get_clients",
    "is_registered_origin",
    "list_clients",
    "may_view_client",
    "policy_for",
    "policy_of",
    "release_declared_clients",
    "review_deletion",
    "rotate_client_secret",
    "update_client",
    "verify_client_secret",
]
