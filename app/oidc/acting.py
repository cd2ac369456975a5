"""What tokens say of an operator who acts as their user, and whether they still count."""

from __future__ import annotations

from collections.abc import Mapping

from app.clients.service import find_client
from app.clients.types import Client
from app.impersonation.service import may_client_go_on, may_go_on
from app.oidc.subjects import subject_for
from app.oidc.types import Approval
from app.users.types import User


async def acting_claims(client: Client, operator_id: str | None) -> Mapping[str, object]:
    """`act` (RFC 8693 §4.1) and `impersonator`, in the client's own name for the operator; nothing of nobody."""
    if operator_id is None:
        return {}
    named = await subject_for(client, operator_id)
    return {"act": {"sub": named}, "impersonator": named}


async def may_operator_go_on(operator_id: str, approval: Approval, user: User) -> bool:
    """Whether an operator may still act as the user of a grant.

    Args:
        approval: of a grant that hangs from the operator's session; a client that acts as a user has none.
    """
    if approval.session_id:
        return await may_go_on(operator_id, user)
    client = await find_client(operator_id)
    return client is not None and client.is_enabled and await may_client_go_on(operator_id, user)
