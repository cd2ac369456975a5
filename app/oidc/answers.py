"""Answers of the authorization endpoint, in the response mode that the client chose."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from app.kit.pages import form_sources, page, see_other
from app.kit.runtime import settings
from app.oidc.errors import SentToClient
from app.oidc.reply import ReplyAddress, ResponseMode
from app.oidc.rules import reply_url


def send(request: Request, reply: ReplyAddress, params: Mapping[str, str]) -> Response:
    """Send parameters to the client, with `state` as it came and `iss` (RFC 9207)."""
    state = {} if reply.state is None else {"state": reply.state}
    fields = {**params, **state, "iss": settings().issuer}
    if reply.mode is not ResponseMode.FORM_POST:
        return see_other(reply_url(reply, fields))
    target = reply.redirect_uri
    return page(request, "oidc/form_post.html", form_action=form_sources((target,)), action=target, fields=fields)


def send_error(request: Request, error: SentToClient) -> Response:
    """Send an error to the client (RFC 6749 §4.1.2.1)."""
    return send(request, error.reply, {"error": error.error, "error_description": error.message})
