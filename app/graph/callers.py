"""Who calls: a browser's session, or an access token. With an Authorization header cookies do not count."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from app.api_keys.errors import ApiKeyInvalid, KeyRefusal
from app.events.refusals import mark_told
from app.graph.context import Context
from app.graph.errors import CrossSite
from app.impersonation.service import may_go_on
from app.kit.actor import Actor, Origin
from app.kit.errors import AppError, Forbidden, Unauthenticated
from app.kit.runtime import settings
from app.oidc.dpop.proofs import HEADER as PROOF_HEADER
from app.oidc.dpop.proofs import NO_PROOFS, SentProofs
from app.oidc.errors import BearerError, BoundTokenBare, ErrorCode, PossessionError
from app.oidc.refusals import describe_challenge
from app.oidc.service import Shown, find_holder, find_holder_again, look_at_holder
from app.oidc.types import Scope
from app.sessions.acting import resolve_acting
from app.sessions.service import resolve_session
from app.sessions.types import ResolvedSession
from app.sessions.watching import look_at_sessions

CSRF_HEADER = "x-auther-csrf"
# An API key may come here instead of as a bearer token.
KEY_HEADER = "x-api-key"
API_SCOPE = Scope.AUTHER_API.value
_PLAIN_CHALLENGE = 'Bearer error="invalid_token"'

Find = Callable[[Shown, Origin], Awaitable[Actor]]
# What was shown, and the address that it came from: a key may be bound to some.
_Bearer = tuple[tuple[str, ...], str | None]


class InvalidToken(Unauthenticated):
    """`challenge` is what the caller is told in `WWW-Authenticate`."""

    def __init__(self, refused: BearerError) -> None:
        detail = f"{refused.message} Or its session has ended, its user is banned, its client disabled."
        super().__init__("graph_token_invalid", "This access token is not valid (any more).", detail=detail)
        is_about_keys = isinstance(refused, (PossessionError, BoundTokenBare))
        self.challenge = describe_challenge(refused) if is_about_keys else _PLAIN_CHALLENGE


class InvalidProof(Unauthenticated):
    """A token came without a good proof of the key that it is bound to, or with one that needs a nonce of ours."""

    def __init__(self, refused: BearerError) -> None:
        super().__init__("graph_proof_invalid", refused.message)
        self.challenge = describe_challenge(refused)


class MissingScope(Forbidden):
    def __init__(self) -> None:
        super().__init__("graph_scope_missing", f"The access token lacks the scope {API_SCOPE}.")


class SessionOver(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("graph_session_over", "This session has ended. Sign in again.")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a connection showed of its caller, to be asked again and again while it lasts.

    Attributes:
        actor: the caller by cookie, as the connection began; anonymous without one.
        authorization: every Authorization that was given.
        sent: every DPoP proof that was given, and which request they came with.
        session_token: the cookie's, when it was that of a live session; of an operator who acts as the actor, that of
            the session in which they do.
    """

    actor: Actor
    authorization: tuple[str, ...] = field(default=(), repr=False)
    sent: SentProofs = field(default=NO_PROOFS, repr=False)
    session_token: str | None = field(default=None, repr=False)


async def find_caller(connection: HTTPConnection) -> Context:
    """The caller of a request; an anonymous one when nothing was shown.

    Raises:
        InvalidToken: `graph_token_invalid`.
        InvalidProof: `graph_proof_invalid`.
        MissingScope: `graph_scope_missing`.
        CrossSite: `graph_csrf`, a session's cookie without proof that one of our pages sent it.
    """
    credentials = read_credentials(connection)
    if credentials.authorization:
        return Context(await _read_bearer(credentials, find_holder))
    return Context(credentials.actor, connection.state.session)


def read_credentials(connection: HTTPConnection, sent: Mapping[str, object] | None = None) -> Credentials:
    """What a request, or a socket with what was `sent` to begin it, shows of its caller.

    Args:
        sent: may hold `authorization`, `dpop` and the CSRF header's name, which browsers cannot send as headers of
            sockets.

    Raises:
        CrossSite: `graph_csrf`.
    """
    actor = connection.state.actor
    if connection.state.is_public_part:
        actor = replace(actor, is_account_level=True)
    said = {name.lower(): value for name, value in (sent or {}).items()}
    given = [*connection.headers.getlist("authorization")]
    given += [f"Bearer {key}" for key in connection.headers.getlist(KEY_HEADER)]
    if "authorization" in said:
        given.append(str(said["authorization"]))
    if given:
        return Credentials(actor, tuple(given), _read_proofs(connection, said))
    if connection.state.session is None:
        return Credentials(actor)
    _check_same_site(connection, has_proof=CSRF_HEADER in connection.headers or CSRF_HEADER in said)
    return Credentials(actor, session_token=connection.state.session_token)


async def find_first(credentials: Credentials) -> Context:
    """The caller of a connection that begins: what it shows is proved, and a DPoP proof spent by that.

    Raises:
        InvalidToken, InvalidProof, MissingScope: as `find_caller`.
        SessionOver: as `find_again`.
    """
    if credentials.authorization:
        return Context(await _read_bearer(credentials, find_holder))
    return await find_again(credentials)


async def find_again(credentials: Credentials) -> Context:
    """The caller as of now, who uses session or key by that; what `find_first` proved stays proved.

    Raises:
        InvalidToken, MissingScope: as `find_caller`.
        SessionOver: `graph_session_over`, the session ended, or has a new token; or an operator may not act any more.
    """
    actor = credentials.actor
    if credentials.authorization:
        return Context(await _read_bearer(credentials, find_holder_again))
    if credentials.session_token is None:
        return Context(actor)
    resolve = resolve_session if actor.impersonator_id is None else resolve_acting
    resolved = await resolve(credentials.session_token)
    if resolved is None or not await _may_act(actor, resolved):
        raise SessionOver
    return Context(actor, resolved)


async def look_again(shown: Collection[Credentials]) -> dict[Credentials, Context | AppError]:
    """The callers as of now, or why they are none any more. It is no use of a session.

    All sessions take one statement, and each in which an operator acts a few more.

    Raises:
        Unavailable: nobody can be looked up now.
    """
    tokens = {each.session_token for each in shown if each.session_token is not None and not each.authorization}
    sessions = await look_at_sessions(list(tokens)) if tokens else {}
    bearers = {_bearer_of(each): each for each in shown if each.authorization}
    holders = {bearer: await _try_bearer(each) for bearer, each in bearers.items()}
    going_on = await _find_going_on(shown, sessions)
    return {each: _context_of(each, going_on, holders) for each in shown}


def challenge(error: AppError) -> str | None:
    """The `WWW-Authenticate` header that goes with a refusal (RFC 6750 §3, RFC 9449 §7.1)."""
    if isinstance(error, (InvalidProof, InvalidToken)):
        return error.challenge
    if isinstance(error, ApiKeyInvalid):
        return _PLAIN_CHALLENGE
    return f'Bearer error="insufficient_scope", scope="{API_SCOPE}"' if isinstance(error, MissingScope) else None


def _check_same_site(connection: HTTPConnection, *, has_proof: bool) -> None:
    if not has_proof:
        raise CrossSite
    origins = connection.headers.getlist("origin")
    if not origins:
        return
    public = urlsplit(settings().public_url)
    scheme = connection.scope["scheme"].replace("ws", "http")
    ours = {f"{public.scheme}://{public.netloc}", f"{scheme}://{connection.headers.get('host', '')}"}
    if not ours.issuperset(origins):
        raise CrossSite


def _bearer_of(shown: Credentials) -> _Bearer:
    return shown.authorization, shown.actor.origin.ip


def _context_of(
    shown: Credentials,
    sessions: Mapping[str, ResolvedSession],
    holders: Mapping[_Bearer, Actor | AppError],
) -> Context | AppError:
    if shown.authorization:
        holder = holders[_bearer_of(shown)]
        return holder if isinstance(holder, AppError) else Context(_as_connected(holder, shown.actor))
    if shown.session_token is None:
        return Context(shown.actor)
    resolved = sessions.get(shown.session_token)
    return SessionOver() if resolved is None else Context(shown.actor, resolved)


async def _find_going_on(
    shown: Collection[Credentials], sessions: Mapping[str, ResolvedSession]
) -> dict[str, ResolvedSession]:
    """The sessions without those in which operators may not act any more; each of these is asked about once."""
    callers = {each.session_token: each.actor for each in shown if each.session_token is not None}
    return {token: each for token, each in sessions.items() if await _may_act(callers[token], each)}


async def _may_act(actor: Actor, resolved: ResolvedSession) -> bool:
    """Whether the caller is who they are, or an operator who may still act as the user."""
    return actor.impersonator_id is None or await may_go_on(actor.impersonator_id, resolved.user)


async def _try_bearer(credentials: Credentials) -> Actor | AppError:
    try:
        return await _read_bearer(credentials, look_at_holder)
    except (InvalidToken, InvalidProof, MissingScope, KeyRefusal) as error:
        return error


def _as_connected(holder: Actor, connected: Actor) -> Actor:
    return replace(holder, origin=connected.origin, is_account_level=connected.is_account_level)


def _read_proofs(connection: HTTPConnection, said: Mapping[str, object]) -> SentProofs:
    sent = SentProofs.of(connection)
    return replace(sent, proofs=(*sent.proofs, str(said[PROOF_HEADER]))) if PROOF_HEADER in said else sent


async def _read_bearer(credentials: Credentials, find: Find) -> Actor:
    connected = credentials.actor
    try:
        actor = await find(Shown(credentials.authorization, credentials.sent), connected.origin)
    except BearerError as error:
        if error.error is ErrorCode.USE_DPOP_NONCE:
            # What everybody hears who makes proofs, now and then: nobody was refused anything.
            mark_told()
        is_proof = isinstance(error, PossessionError) and error.error is not ErrorCode.INVALID_TOKEN
        raise (InvalidProof if is_proof else InvalidToken)(error) from error
    if API_SCOPE not in actor.scopes:
        raise MissingScope
    return _as_connected(actor, connected)
