"""One call of the token endpoint, and what the steps found out so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.clients.types import Client
from app.kit.actor import Actor
from app.oidc.client_auth import Call
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.params import Params
from app.oidc.queries.grants import Holder, StoredGrant
from app.oidc.targets import Targets
from app.oidc.trade.impersonate import Impersonation
from app.oidc.types import Code, Device, Grant


@dataclass(slots=True)
class Exchange:
    """What a client exchanges for tokens. Later attributes are set by the steps, in the table's order."""

    call: Call
    code: Code = field(init=False)
    device: Device = field(init=False)
    impersonation: Impersonation = field(init=False)
    stored: StoredGrant = field(init=False)
    holder: Holder = field(init=False)
    grant: Grant = field(init=False)
    scope: tuple[str, ...] = field(init=False)
    targets: Targets = field(default_factory=Targets)
    nonce: str | None = None
    refresh_token: str | None = None
    answer: dict[str, object] = field(default_factory=dict)

    @property
    def params(self) -> Params:
        return self.call.params

    @property
    def client(self) -> Client:
        return self.call.client

    @property
    def actor(self) -> Actor:
        return self.call.actor

    def require(self, name: str) -> str:
        """The parameter's value.

        Raises:
            EndpointError: `invalid_request`, it is missing.
        """
        return self.call.require(name)


Step = Callable[[Exchange], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Flow:
    """The steps of one grant type.

    Attributes:
        ahead: run before the transaction, each statement for itself: what stays written even when it refuses.
        steps: run in one transaction; none of them, no transaction.
    """

    ahead: tuple[Step, ...] = ()
    steps: tuple[Step, ...] = ()


def not_valid() -> EndpointError:
    """One answer for every code or refresh token that does not hold: nobody learns why (RFC 6749 §5.2)."""
    return EndpointError(ErrorCode.INVALID_GRANT, "The code or token is not valid, is used, expired, or was revoked.")
