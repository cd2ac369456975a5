"""How pages for people show refusals, and which scopes they have words for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from app.events.refusals import mark_refused
from app.kit.errors import TooMany
from app.kit.pages import error_page
from app.oidc.answers import send_error
from app.oidc.claims import SCOPE_CLAIMS
from app.oidc.errors import ErrorCode, MalformedRequest, SentToClient, ShownToUser
from app.oidc.queries.vanished import noticing_vanished_clients
from app.oidc.types import Scope

Handler = Callable[[Request], Awaitable[Response]]
# Scopes that pages have words for; others are shown by name.
DESCRIBED = frozenset({*SCOPE_CLAIMS, Scope.OPENID, Scope.OFFLINE_ACCESS})
# What a client hears in the course of things: an application that asks silently whether somebody is signed in.
_NORMAL = frozenset({ErrorCode.LOGIN_REQUIRED, ErrorCode.CONSENT_REQUIRED, ErrorCode.TEMPORARILY_UNAVAILABLE})


def for_people(handler: Handler) -> Handler:
    """Show or send the refusals of the handler, each where it belongs."""

    async def answer(request: Request) -> Response:
        try:
            with noticing_vanished_clients():
                return await handler(request)
        except SentToClient as error:
            mark_refused(error.code, is_denial=error.error not in _NORMAL)
            return send_error(request, error)
        except (ShownToUser, MalformedRequest, TooMany) as error:
            mark_refused(error.code)
            return error_page(request, error)

    return answer
