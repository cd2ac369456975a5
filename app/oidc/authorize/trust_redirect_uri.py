"""Where the answer may go."""

from __future__ import annotations

from app.clients.rules import is_redirect_uri_registered
from app.clients.types import Client
from app.oidc.errors import ShownToUser
from app.oidc.params import Params
from app.oidc.reply import ReplyAddress, ResponseMode
from app.oidc.types import Scope


def trust_redirect_uri(params: Params, client: Client) -> ReplyAddress:
    """The address for answers, compared with what is registered.

    A mode that we do not know is answered by query; `read_response` refuses it then.

    Raises:
        ShownToUser: `oidc_redirect_uri_missing`, `oidc_redirect_uri_unknown`.
    """
    return ReplyAddress(_find_uri(params, client), _find_mode(params), params.get("state"))


def _find_uri(params: Params, client: Client) -> str:
    asked = params.get("redirect_uri")
    if asked is None:
        return _only_uri(params, client)
    if not is_redirect_uri_registered(client, asked):
        raise ShownToUser(
            "oidc_redirect_uri_unknown",
            "The application asks to be answered at an address that is not registered for it.",
        )
    return asked


def _only_uri(params: Params, client: Client) -> str:
    # RFC 6749 §3.1.2.3 lets the single registered address be left out, OIDC Core §3.1.2.1 never.
    is_oidc = Scope.OPENID in (params.get("scope") or "").split(" ")
    if is_oidc or "redirect_uri" in params.repeated or len(client.redirect_uris) != 1:
        raise ShownToUser("oidc_redirect_uri_missing", "The application does not say where to send you back to.")
    return client.redirect_uris[0]


def _find_mode(params: Params) -> ResponseMode:
    asked = params.get("response_mode")
    return ResponseMode(asked) if asked in set(ResponseMode) else ResponseMode.QUERY
