"""`POST /api/auth/api-key/exchange`: a key in, a token out, in a shell script's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.api_keys.errors import KeyRefusal
from app.kit import bodies
from app.kit.errors import InvalidInput, Unauthenticated
from app.oidc.key_exchange import KeyTokenAnswer, WantedToken, exchange_key
from app.oidc.refusals import NO_STORE, refuse_key

KEY_HEADER: Final = "x-api-key"
PATH: Final = "/api/auth/api-key/exchange"
_MAX_BODY_BYTES: Final = 8_192
_TEXTS: Final = ("apiKey", "audience", "resource", "scope")


class KeyMissing(Unauthenticated):
    def __init__(self) -> None:
        super().__init__(
            "oidc_api_key_missing", "Show an API key: in the body, as a bearer token, or in the header X-API-Key."
        )


class ExchangeInvalid(InvalidInput):
    def __init__(self, reason: str, *field: str) -> None:
        super().__init__("oidc_exchange_invalid", reason, field=field)


async def post_exchange(request: Request) -> Response:
    try:
        sent = await _read_body(request)
        text = _read_key(request, sent.get("apiKey"))
        resources = (sent["resource"],) if "resource" in sent else ()
        audiences = (sent["audience"],) if "audience" in sent else ()
        wanted = WantedToken(audiences=audiences, resources=resources, scope=sent.get("scope"))
        return JSONResponse(_show(await exchange_key(text, request.state.origin, wanted)), headers=NO_STORE)
    except (KeyRefusal, KeyMissing) as error:
        return refuse_key(error, request.state.request_id)


async def _read_body(request: Request) -> Mapping[str, str]:
    """The texts of a JSON body; none for an empty one."""
    raw = await bodies.read_body(request, max_bytes=_MAX_BODY_BYTES)
    if not raw.strip():
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ExchangeInvalid("Send application/json, or nothing.")
    try:
        sent = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise ExchangeInvalid("The body is not JSON in UTF-8.") from None
    if not isinstance(sent, dict):
        raise ExchangeInvalid("The body is a JSON object.")
    for name in _TEXTS:
        if not isinstance(sent.get(name), str | None):
            raise ExchangeInvalid("This is a text.", name)
    return {name: sent[name] for name in _TEXTS if sent.get(name)}


def _read_key(request: Request, posted: str | None) -> str:
    """The one key that was shown, never in the query."""
    bearers = [value.partition(" ") for value in request.headers.getlist("authorization")]
    if any(scheme.lower() != "bearer" for scheme, _, _ in bearers):
        raise ExchangeInvalid("An API key in the header Authorization is a bearer token.")
    shown = [token.strip() for _, _, token in bearers] + request.headers.getlist(KEY_HEADER)
    shown += [] if posted is None else [posted]
    if len(shown) > 1:
        raise ExchangeInvalid("Several API keys came at once.")
    if not shown:
        raise KeyMissing
    return shown[0]


def _show(answer: KeyTokenAnswer) -> dict[str, object]:
    ends_at = answer.expires_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"token": answer.token, "tokenType": "Bearer", "expiresIn": answer.expires_in, "expiresAt": ends_at}


routes: list[BaseRoute] = [Route(PATH, post_exchange, methods=["POST"])]
