"""Names of types as callers write them: those of the client that a token was given to without its prefix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.authz.engine.policies import Judgement
from app.authz.service.access import subject_of
from app.authz.service.checks import LATEST
from app.authz.service.policies import judgement_of
from app.authz.service.sources import AnswerSource, open_source
from app.authz.types import SubjectRef
from app.clients.service import find_client, get_clients
from app.kit.actor import Actor, ActorKind
from app.kit.recall import Memory
from app.oidc.errors import BearerError, ErrorCode
from app.oidc.subjects import Sector, find_sector
from app.oidc.types import Scope

# Clients whose callers ask; a few hundred bytes each.
MAX_REMEMBERED: Final = 1_024
# No id of a user begins like this.
_NOBODY: Final = "?"


@dataclass(frozen=True, slots=True)
class _Known:
    """The sector of a client; None: it knows users by their ids."""

    sector: Sector | None


_sectors: Memory[_Known] = Memory(MAX_REMEMBERED)


class Names(dict[str, str]):
    """The full name of a type by the name that was sent; kept for the time of one request.

    Users have the names that the client of the caller knows them by, if that has pairwise subjects.
    """

    def __init__(self, actor: Actor, source: AnswerSource, sector: Sector | None = None) -> None:
        super().__init__()
        self._sector = sector
        self._prefix = f"{actor.client_id}:"
        self._types = source.compiled.schema.types

    def __missing__(self, sent: str) -> str:
        owned = self._prefix + sent
        full = self[sent] = owned if owned in self._types else sent
        return full

    def subject(self, kind: str, sent_id: str) -> SubjectRef:
        """The subject of a type (its full name) that a caller means by an id.

        Nobody, for an id that is none of the sector's: else whoever guesses a user's id would learn that it is theirs.
        """
        if self._sector is not None and kind == ActorKind.USER:
            return SubjectRef(kind, self._sector.user_of(sent_id) or _NOBODY + sent_id)
        return SubjectRef(kind, sent_id)

    def show(self, subject: SubjectRef) -> str:
        """The id of a subject as the caller knows it."""
        if self._sector is not None and subject.type == ActorKind.USER:
            if subject.id.startswith(_NOBODY):
                return subject.id.removeprefix(_NOBODY)
            return self._sector.subject_of(subject.id)
        return subject.id


@dataclass(slots=True)
class Asking:
    """Who asks, by which names, and the state of tuples and models that names and answers rest on.

    Attributes:
        judge: the word of policies on all that is asked in the request.
        known: what `read_context` read of entities that evaluations share.
    """

    actor: Actor
    source: AnswerSource
    own: SubjectRef
    names: Names
    judge: Judgement
    known: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)


async def begin_asking(actor: Actor) -> Asking:
    """What a request of this caller is answered from."""
    source = await open_source(LATEST)
    return Asking(actor, source, own_subject(actor), await open_names(actor, source), judgement_of(actor))


async def open_names(actor: Actor, source: AnswerSource) -> Names:
    """The names that this caller uses."""
    return Names(actor, source, await _find_sector(actor.client_id) if actor.client_id is not None else None)


async def _find_sector(client_id: str) -> Sector | None:
    held = _sectors.recall(client_id)
    if held is not None:
        return held.sector
    begun = _sectors.begin()
    # What is kept must not come from a cache that hears of no change.
    client = await find_client(client_id) if begun is None else (await get_clients([client_id])).get(client_id)
    sector = await find_sector(client) if client is not None else None
    _sectors.keep(begun, client_id, _Known(sector), (client_id,))
    return sector


def may_ask_others(actor: Actor) -> bool:
    """Whether what the caller shows may be used for questions about others, see `check_scope`."""
    return Scope.AUTHER_API in actor.scopes


def check_scope(actor: Actor) -> None:
    """Let whoever holds a token ask about others only if it may use its subject's rights here.

    A token that was narrowed for a resource server must not lend it what the subject manages. A key that is
    shown itself may be used for everything.

    Raises:
        BearerError: `insufficient_scope`, the access token lacks `auther:api`.
    """
    if not may_ask_others(actor):
        raise BearerError(ErrorCode.INSUFFICIENT_SCOPE, f"About others this needs the scope {Scope.AUTHER_API.value}.")


def own_subject(actor: Actor) -> SubjectRef:
    """The subject that the caller is."""
    own = subject_of(actor)
    assert own is not None  # whoever holds a proof is one
    return own
