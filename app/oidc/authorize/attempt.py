"""One try to authorize: what arrived, and what the steps found out so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.clients.types import Client
from app.kit.actor import Actor
from app.oidc.claims import scopes_of
from app.oidc.errors import ErrorCode, SentToClient
from app.oidc.params import Params
from app.oidc.reply import ReplyAddress
from app.oidc.targets import Targets
from app.oidc.types import Interaction, Prompt, Redirect, RequestedClaims, Visit
from app.sessions.types import ResolvedSession


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to authorize as it arrived. `resumed` is set when it waited for a sign-in or a consent.

    `finished_by` is the session that completed the sign-in it waited for, `pushed_id` the pushed request that it is.
    """

    params: Params
    browser_id: str
    actor: Actor
    session: ResolvedSession | None
    resumed: Interaction | None = None
    finished_by: str | None = None
    pushed_id: str | None = None


@dataclass(slots=True)
class Attempt:
    """A request from a known client, with an address that its answer may go to.

    Attributes:
        acr_values: strengths wished for, `required_acr` those of which one is a must.
        jkt: the key that the code will be bound to.
    """

    asked: Asked
    client: Client
    reply: ReplyAddress
    code_challenge: str | None = None
    scope: tuple[str, ...] = ()
    targets: Targets = field(default_factory=Targets)
    claims: RequestedClaims = field(default_factory=RequestedClaims)
    prompt: frozenset[Prompt] = frozenset()
    max_age: timedelta | None = None
    acr_values: tuple[str, ...] = ()
    required_acr: tuple[str, ...] = ()
    subject: str | None = None
    jkt: str | None = None

    @property
    def params(self) -> Params:
        return self.asked.params

    @property
    def is_silent(self) -> bool:
        """No page may be shown (`prompt=none`)."""
        return Prompt.NONE in self.prompt

    @property
    def consent_scope(self) -> tuple[str, ...]:
        """What a user has to agree to: the scope, what carries claims asked for one by one, and each resource."""
        return tuple(dict.fromkeys(self.scope + scopes_of(self.claims.names) + self.targets.consent_words))

    @property
    def session(self) -> ResolvedSession:
        """Who is signed in.

        Raises:
            LookupError: before `require_sign_in` passed (a mistake in our code).
        """
        if self.asked.session is None:
            raise LookupError("nobody is signed in")
        return self.asked.session

    def has_signed_in_since(self, moment: datetime) -> bool:
        return self.asked.session is not None and self.asked.session.session.auth_time >= moment

    def refuse(self, error: ErrorCode, description: str) -> SentToClient:
        """The error to raise, bound for the client."""
        return SentToClient(self.reply, error, description)


Step = Callable[[Attempt], Awaitable[Redirect | Visit | None]]
