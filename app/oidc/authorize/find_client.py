"""Who asks."""

from __future__ import annotations

from app.clients.service import find_client as find_registered
from app.clients.types import Client
from app.oidc.errors import ClientUnknown
from app.oidc.params import Params


async def find_client(params: Params) -> Client:
    """The client that asks.

    Raises:
        ClientUnknown: the same for an unknown and a disabled one.
    """
    client_id = params.get("client_id")
    client = await find_registered(client_id) if client_id else None
    if client is None or not client.is_enabled:
        raise ClientUnknown
    return client
