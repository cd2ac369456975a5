"""Who calls: a browser's session, or an access token. With an Authorization header cookies do not count."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from app.clients.service import find_client
from app.graph.context import Context
from app.graph.errors import CrossSite
from app.kit.actor import Actor, ActorKind, Origin
from app.kit.errors import AppError, Forbidden, Unauthenticated
from app.kit.runtime import settings
from app.oidc.service import AccessToken, find_access_token

CSRF_HEADER = "x-auther-csrf"
API_SCOPE = "auther:api"


class InvalidToken(Unauthenticated):
    def __init__(self, detail: str) -> None:
        super().__init__("graph_token_invalid", "This access token is not valid (any more).", detail=detail)


class MissingScope(Forbidden):
    def __init__(self) -> None:
        super().__init__("graph_scope_missing", f"The access token lacks the scope {API_SCOPE}.")


async def find_caller(request: Request) -> Context:
    """The caller of a request; an anonymous one when nothing was shown.

    Raises:
        InvalidToken: `graph_token_invalid`.
        MissingScope: `graph_scope_missing`.
        CrossSite: `graph_csrf`, a session's cookie without proof that one of our pages sent it.
    """
    headers = request.headers.getlist("authorization")
    if headers:
        return Context(await _read_bearer(headers, request.state.origin))
    if request.state.session is not None:
        _check_same_site(request)
    return Context(request.state.actor, request.state.session)


def challenge(error: AppError) -> str | None:
    """The `WWW-Authenticate` header that goes with a refusal (RFC 6750 §3)."""
    if isinstance(error, InvalidToken):
        return 'Bearer error="invalid_token"'
    return f'Bearer error="insufficient_scope", scope="{API_SCOPE}"' if isinstance(error, MissingScope) else None


def _check_same_site(request: Request) -> None:
    if CSRF_HEADER not in request.headers:
        raise CrossSite
    public = urlsplit(settings().public_url)
    ours = {f"{public.scheme}://{public.netloc}", f"{request.url.scheme}://{request.headers.get('host', '')}"}
    if not ours.issuperset(request.headers.getlist("origin")):
        raise CrossSite


async def _read_bearer(headers: list[str], origin: Origin) -> Actor:
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
