"""Which servers we call for a client. What strangers wrote does not reach what operators opened for their own use."""

from __future__ import annotations

from app.clients.types import Client
from app.kit.http import OutboundPolicy
from app.kit.runtime import settings


def policy_for(client: Client) -> OutboundPolicy:
    """What may be called beyond public HTTPS at the addresses that this client names.

    `AUTHER_OUTBOUND_ALLOW` for the clients of operators, `AUTHER_REGISTRATION_OUTBOUND_ALLOW` for the others.
    """
    return policy_of(is_dynamic=client.is_dynamic and not client.is_declared)


def policy_of(*, is_dynamic: bool) -> OutboundPolicy:
    """The same, where there is no client yet."""
    return OutboundPolicy.of(settings().registration_outbound_allow if is_dynamic else settings().outbound_allow)
