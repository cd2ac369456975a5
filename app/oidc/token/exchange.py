"""One call of the token endpoint, and what the steps found out so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.clients.types import Client
from app.kit.actor import Actor
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.params import Params
from app.oidc.queries.grants import Holder, StoredGrant
from app.oidc.types import Code, Grant


@dataclass(slots=True)
class Exchange:
    """What a client exchanges for tokens. Later attributes are set by the steps, in the table's order."""

    params: Params
    client: Client
    actor: Actor
    code: Code = field(init=False)
    stored: StoredGrant = field(init=False)
    holder: Holder = field(init=False)
    grant: Grant = field(init=False)
    scope: tuple[str, ...] = field(init=False)
    nonce: str | None = None
    refresh_token: str | None = None

    def require(self, name: str) -> str:
        """The parameter's value.

        Raises:
            EndpointError: `invalid_request`, it is missing.
        """
        value = self.params.get(name)
        if value is None:
            raise EndpointError(ErrorCode.INVALID_REQUEST, f"{name} is missing.")
        return value


Step = Callable[[Exchange], Awaitable[None]]


def not_valid() -> EndpointError:
    """One answer for every code or refresh token that does not hold: nobody learns why (RFC 6749 §5.2)."""
    return EndpointError(ErrorCode.INVALID_GRANT, "The code or token is not valid, is used, expired, or was revoked.")
