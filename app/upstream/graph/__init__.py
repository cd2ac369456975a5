"""Identity providers and linked accounts in the API."""

from app.upstream.graph.changes import UpstreamMutation, UpstreamQuery
from app.upstream.graph.values import IdentityProvider, LinkedIdentity, load_link, load_links_of, load_provider

__all__ = [
    "IdentityProvider",
    "LinkedIdentity",
    "UpstreamMutation",
    "UpstreamQuery",
    "load_link",
    "load_links_of",
    "load_provider",
]
