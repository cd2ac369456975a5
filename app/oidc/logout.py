"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from dataclasses import dataclass

from app.clients.rules import redirect_uri_matches
from app.clients.service import find_client
from app.clients.types import Client
from app.oidc.hints import Hint, read_id_token_hint
from app.oidc.params import Params
from app.oidc.rules import add_query
from app.sessions.types import ResolvedSession


@dataclass(frozen=True, slots=True)
class LogoutPlan:
    """What a request to sign out comes to.

    Attributes:
        must_ask: the user has to confirm, because the request may have come from anywhere (§2, §6).
        client: who asks, if that is known.
        target: where to go afterwards: registered for the client, `state` added. None: our own page.
    """

    must_ask: bool
    client: Client | None = None
    target: str | None = None


async def plan_logout(params: Params, session: ResolvedSession | None) -> LogoutPlan:
    """Judge a request to sign out. A hint counts only if we issued it, to that client, in this session of the user.

    An ID token never ends as a hint: it must not sign out of what began long after it.
    """
    token = params.get("id_token_hint")
    hint = await read_id_token_hint(token) if token else None
    if params.repeated or _is_contradicted(params, token, hint):
        return LogoutPlan(must_ask=True)
    client = await _find_client(hint.client_id if hint else params.get("client_id"))
    asked = params.get("post_logout_redirect_uri")
    target = _find_target(client, asked, params.get("state"))
    if asked is not None and target is None:
        return LogoutPlan(must_ask=True, client=client)
    is_own = hint is not None and (session is None or _speaks_of(hint, session))
    return LogoutPlan(must_ask=not is_own, client=client, target=target)


def _speaks_of(hint: Hint, session: ResolvedSession) -> bool:
    return (hint.subject, hint.session_id) == (session.user.id, session.session.id)


def _is_contradicted(params: Params, token: str | None, hint: Hint | None) -> bool:
    if token is not None and hint is None:
        return True
    return hint is not None and params.get("client_id") not in {None, hint.client_id}


async def _find_client(client_id: str | None) -> Client | None:
    client = await find_client(client_id) if client_id else None
    return client if client is not None and client.is_enabled else None


def _find_target(client: Client | None, asked: str | None, state: str | None) -> str | None:
    if client is None or asked is None:
        return None
    if not any(redirect_uri_matches(uri, asked, client.kind) for uri in client.post_logout_redirect_uris):
        return None
    return add_query(asked, {"state": state} if state else {})
