"""An endpoint of the live check as a bare ASGI application: it is asked thousands of times a second."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import orjson
from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api_keys.errors import KeyRefusal
from app.events.refusals import identify_caller
from app.kit.actor import Actor
from app.kit.bodies import receive_body
from app.kit.errors import InvalidInput
from app.oidc.dpop.proofs import HEADER, NO_PROOFS, SentProofs
from app.oidc.errors import BearerError
from app.oidc.forms import MAX_JSON_BYTES
from app.oidc.holders import Shown, find_holder
from app.oidc.own_resource import point_to_metadata
from app.oidc.refusals import challenge, refuse_key

Answer = Mapping[str, object]

_JSON: Final = b"application/json"
_PROOF_HEADER: Final = HEADER.encode()
# An API key may come here instead of as a bearer token.
_KEY_HEADER: Final = b"x-api-key"
_HEADERS: Final = ((b"content-type", _JSON), (b"cache-control", b"no-store"), (b"pragma", b"no-cache"))


class LiveEndpoint:
    """Answers who shows a proof. Refusals but those of the proof are raised, and rendered as everywhere.

    Args:
        use_case: gets the caller and the JSON that it posted.
    """

    def __init__(self, use_case: Callable[[Actor, object], Awaitable[Answer]]) -> None:
        self._use_case = use_case

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        content_type, shown = _read_headers(scope)
        try:
            # Before the body: nobody without a proof makes us hold one.
            actor = await find_holder(shown, scope["state"]["origin"])
            identify_caller(actor)
            answer = await self._answer(actor, scope, receive, content_type)
        except BearerError as error:
            await _point(challenge(error), scope)(scope, receive, send)
            return
        except KeyRefusal as error:
            await _point(refuse_key(error, scope["state"]["request_id"]), scope)(scope, receive, send)
            return
        await _send(send, answer)

    async def _answer(self, actor: Actor, scope: Scope, receive: Receive, content_type: bytes) -> Answer:
        if content_type != _JSON and content_type.partition(b";")[0].strip().lower() != _JSON:
            raise InvalidInput("oidc_json_invalid", "Send application/json.")
        try:
            sent = orjson.loads(await receive_body(receive, max_bytes=MAX_JSON_BYTES))
        except orjson.JSONDecodeError:
            raise InvalidInput("oidc_json_invalid", "The body is not JSON in UTF-8.") from None
        return await self._use_case(actor, sent)


class LiveList(LiveEndpoint):
    """The same for a GET.

    Args:
        use_case: gets the caller and the parameters of the query.
    """

    def __init__(self, use_case: Callable[[Actor, Mapping[str, str]], Awaitable[Answer]]) -> None:
        self._list = use_case

    async def _answer(self, actor: Actor, scope: Scope, receive: Receive, content_type: bytes) -> Answer:
        return await self._list(actor, QueryParams(scope["query_string"]))


def _read_headers(scope: Scope) -> tuple[bytes, Shown]:
    content_type, authorization, proofs = b"", [], list[str]()
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization.append(value.decode("latin-1"))
        elif name == _KEY_HEADER:
            authorization.append(f"Bearer {value.decode('latin-1')}")
        elif name == b"content-type":
            content_type = value
        elif name == _PROOF_HEADER:
            proofs.append(value.decode("latin-1"))
    sent = SentProofs(tuple(proofs), scope["method"], scope["path"]) if proofs else NO_PROOFS
    return content_type, Shown(authorization, sent)


def _point(response: Response, scope: Scope) -> Response:
    """The refusal, with where its challenge says what this endpoint is."""
    told = response.headers.get("www-authenticate")
    if told is not None:
        response.headers["www-authenticate"] = point_to_metadata(told, scope["path"])
    return response


async def _send(send: Send, answer: Answer) -> None:
    body = orjson.dumps(answer)
    headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
