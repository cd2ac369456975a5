"""Who calls: a browser's session, or an access token. With an Authorization header cookies do not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from app.clients.service import find_client
from app.graph.context import Context
from app.graph.errors import CrossSite
from app.kit.actor import Actor, ActorKind, Origin
from app.kit.errors import AppError, Forbidden, Unauthenticated
from app.kit.pages import session_cookie_name
from app.kit.runtime import settings
from app.oidc.service import AccessToken, find_access_token
from app.oidc.types import Scope
from app.sessions.service import resolve_session

CSRF_HEADER = "x-auther-csrf"
API_SCOPE = Scope.AUTHER_API.value


class InvalidToken(Unauthenticated):
    def __init__(self, detail: str) -> None:
        super().__init__("graph_token_invalid", "This access token is not valid (any more).", detail=detail)


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
        session_token: the cookie's, when it was that of a live session.
    """

    actor: Actor
    authorization: tuple[str, ...] = field(default=(), repr=False)
    session_token: str | None = field(default=None, repr=False)


async def find_caller(connection: HTTPConnection) -> Context:
    """The caller of a request; an anonymous one when nothing was shown.

    Raises:
        InvalidToken: `graph_token_invalid`.
        MissingScope: `graph_scope_missing`.
        CrossSite: `graph_csrf`, a session's cookie without proof that one of our pages sent it.
    """
    credentials = read_credentials(connection)
    if credentials.authorization:
        return Context(await _read_bearer(credentials.authorization, connection.state.origin))
    return Context(connection.state.actor, connection.state.session)


def read_credentials(connection: HTTPConnection, sent: Mapping[str, object] | None = None) -> Credentials:
    """What a request, or a socket with what was `sent` to begin it, shows of its caller.

    Args:
        sent: may hold `authorization` and the CSRF header's name, which browsers cannot send as headers of sockets.

    Raises:
        CrossSite: `graph_csrf`.
    """
    said = {name.lower(): value for name, value in (sent or {}).items()}
    given = [*connection.headers.getlist("authorization")]
    if "authorization" in said:
        given.append(str(said["authorization"]))
    if given:
        return Credentials(connection.state.actor, tuple(given))
    if connection.state.session is None:
        return Credentials(connection.state.actor)
    _check_same_site(connection, has_proof=CSRF_HEADER in connection.headers or CSRF_HEADER in said)
    return Credentials(connection.state.actor, (), connection.cookies.get(session_cookie_name()))


async def find_again(credentials: Credentials) -> Context:
    """The caller as of now.

    Raises:
        InvalidToken, MissingScope: as `find_caller`.
        SessionOver: `graph_session_over`, the session ended, or has a new token.
    """
    actor = credentials.actor
    if credentials.authorization:
        return Context(await _read_bearer(credentials.authorization, actor.origin))
    if credentials.session_token is None:
        return Context(actor)
    resolved = await resolve_session(credentials.session_token)
    if resolved is None:
        raise SessionOver
    return Context(actor, resolved)


def challenge(error: AppError) -> str | None:
    """The `WWW-Authenticate` header that goes with a refusal (RFC 6750 §3)."""
    if isinstance(error, InvalidToken):
        return 'Bearer error="invalid_token"'
    return f'Bearer error="insufficient_scope", scope="{API_SCOPE}"' if isinstance(error, MissingScope) else None


def _check_same_site(connection: HTTPConnection, *, has_proof: bool) -> None:
    if not has_proof:
        raise CrossSite
    public = urlsplit(settings().public_url)
    scheme = connection.url.scheme.replace("ws", "http")
    ours = {f"{public.scheme}://{public.netloc}", f"{scheme}://{connection.headers.get('host', '')}"}
    if not ours.issuperset(connection.headers.getlist("origin")):
        raise CrossSite


async def _read_bearer(headers: Sequence[str], origin: Origin) -> Actor:
    scheme, _, text = headers[0].partition(" ")
    if len(headers) != 1 or scheme.lower() != "bearer":
        raise InvalidToken("not one bearer token")
    token = await find_access_token(text.strip())
    if token is None:
        raise InvalidToken("forged, expired or revoked; or its session has ended, its user is banned")
    if API_SCOPE not in token.scope:
        raise MissingScope
    client = await find_client(token.stored.grant.approval.client_id)
    if client is None or not client.is_enabled:
        raise InvalidToken("the client is gone or disabled")
    return _actor(token, origin)


def _actor(token: AccessToken, origin: Origin) -> Actor:
    approval = token.stored.grant.approval
    return Actor(
        ActorKind.USER,
        token.user.id,
        session_id=approval.session_id,
        client_id=approval.client_id,
        scopes=frozenset(token.scope),
        acr=approval.acr,
        amr=approval.amr,
        auth_time=approval.auth_time,
        origin=origin,
    )
