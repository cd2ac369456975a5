"""Names of types as callers write them: those of the client that a token was given to without its prefix."""

from __future__ import annotations

from app.authz.service.access import subject_of
from app.authz.service.sources import AnswerSource
from app.authz.types import SubjectRef
from app.kit.actor import Actor
from app.oidc.errors import BearerError, ErrorCode
from app.oidc.types import Scope


class Names(dict[str, str]):
    """The full name of a type by the name that was sent; kept for the time of one request."""

    def __init__(self, actor: Actor, source: AnswerSource) -> None:
        super().__init__()
        self._prefix = f"{actor.client_id}:"
        self._types = source.compiled.schema.types

    def __missing__(self, sent: str) -> str:
        owned = self._prefix + sent
        full = self[sent] = owned if owned in self._types else sent
        return full


def check_scope(actor: Actor) -> None:
    """Let whoever holds a token ask about others only if it may use its subject's rights here.

    A token that was narrowed for a resource server must not lend it what the subject manages. A key that is
    shown itself may be used for everything.

    Raises:
        BearerError: `insufficient_scope`, the access token lacks `auther:api`.
    """
    if Scope.AUTHER_API not in actor.scopes:
        raise BearerError(ErrorCode.INSUFFICIENT_SCOPE, f"About others this needs the scope {Scope.AUTHER_API.value}.")


def own_subject(actor: Actor) -> SubjectRef:
    """The subject that the caller is."""
    own = subject_of(actor)
    assert own is not None  # whoever holds a proof is one
    return own
