"""OAuth clients in the API."""

from app.clients.graph.changes import ClientMutation
from app.clients.graph.initial_tokens import InitialTokenMutation, InitialTokenQuery, load_initial_token
from app.clients.graph.reads import ClientQuery
from app.clients.graph.values import Client, ClientConnection, ClientKind, as_node, load_client

__all__ = [
    "Client",
    "ClientConnection",
    "ClientKind",
    "ClientMutation",
    "ClientQuery",
    "InitialTokenMutation",
    "InitialTokenQuery",
    "as_node",
    "load_client",
    "load_initial_token",
]
