"""API keys in the API."""

from app.api_keys.graph.changes import ApiKeyMutation
from app.api_keys.graph.edges import load_key, load_keys_of_client, load_keys_of_user, load_own_key, load_own_keys
from app.api_keys.graph.reads import ApiKeyQuery
from app.api_keys.graph.values import ApiKey, ApiKeyConnection

__all__ = [
    "ApiKey",
    "ApiKeyConnection",
    "ApiKeyMutation",
    "ApiKeyQuery",
    "load_key",
    "load_keys_of_client",
    "load_keys_of_user",
    "load_own_key",
    "load_own_keys",
]
