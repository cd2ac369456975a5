"""Who asks."""

from __future__ import annotations

from app.clients.service import find_client as find_registered
from app.clients.types import Client
from app.oidc.errors import ShownToUser
from app.oidc.params import Params


async def find_client(params: Params) -> Client:
    """The client that asks.

    Raises:
        ShownToUser: `oidc_client_unknown`, the same for an unknown and a disabled one.
    """
    client_id = params.get("client_id")
    client = await find_registered(client_id) if client_id else None
    if client is None or not client.is_enabled:
        raise ShownToUser(
            "oidc_client_unknown", "The application that sent you here is not known, or it is switched off."
        )
    return client
