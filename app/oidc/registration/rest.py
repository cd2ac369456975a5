"""Routes of registration."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.clients.registration.errors import RegistrationClosed
from app.clients.registration.types import RegisteredClient
from app.events.refusals import mark_error
from app.kit.bodies import read_body
from app.kit.errors import LimitReached
from app.oidc.errors import BearerError, ErrorCode
from app.oidc.refusals import NO_STORE, REALM, challenge, describe
from app.oidc.registration.answers import PATH, describe_registered
from app.oidc.registration.errors import MetadataRefused, RegistrationNotOpen, RegistrationProblem
from app.oidc.registration.reading import MAX_BYTES, Sent, read_json
from app.oidc.registration.registering import admit, read_registered, register, remove, replace

MAX_TOKEN: Final = 512
Handler = Callable[[Request], Awaitable[Response]]


def _speaking_registration(handler: Handler) -> Handler:
    """Refusals as JSON of RFC 7591 §3.2.2 and RFC 6750 §3."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except BearerError as error:
            return _challenge(error)
        except MetadataRefused as error:
            mark_error(error)
            body = {"error": error.error, "error_description": error.message}
            return JSONResponse(body, error.status, NO_STORE)
        except (RegistrationNotOpen, RegistrationClosed) as error:
            mark_error(error)
            return JSONResponse(describe(ErrorCode.ACCESS_DENIED, error.message), error.status, NO_STORE)

    return answer


def _challenge(error: BearerError) -> Response:
    response = challenge(error)
    if error.error is None:
        # Tokens of registration are bearer tokens only.
        response.headers["www-authenticate"] = f"Bearer {REALM}"
    return response


@_speaking_registration
async def post_client(request: Request) -> Response:
    shown, origin = _bearer(request), request.state.origin
    token = await admit(shown, origin)
    registered = await register(await _read_document(request), shown, token, origin)
    return _show(registered, status=201)


@_speaking_registration
async def get_client(request: Request) -> Response:
    return _show(await read_registered(_id(request), _bearer(request), request.state.origin))


@_speaking_registration
async def put_client(request: Request) -> Response:
    read = partial(_read_document, request)
    return _show(await replace(_id(request), _bearer(request), read, request.state.origin))


@_speaking_registration
async def delete_client(request: Request) -> Response:
    await remove(_id(request), _bearer(request), request.state.origin)
    return Response(status_code=204, headers=NO_STORE)


async def _read_document(request: Request) -> Sent:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise MetadataRefused(RegistrationProblem.METADATA, "Send application/json.")
    try:
        return read_json(await read_body(request, max_bytes=MAX_BYTES))
    except LimitReached:
        raise MetadataRefused(RegistrationProblem.METADATA, f"Metadata has at most {MAX_BYTES} bytes.") from None


def _bearer(request: Request) -> str | None:
    """The token that is shown; None when there is none.

    Raises:
        BearerError: another scheme, or what can be no token.
    """
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN or not token.isascii():
        raise BearerError(ErrorCode.INVALID_TOKEN, "Show the token as: Authorization: Bearer and the token.")
    return token


def _id(request: Request) -> str:
    client_id: str = request.path_params["client_id"]
    return client_id


def _show(registered: RegisteredClient, status: int = 200) -> Response:
    return JSONResponse(describe_registered(registered), status, NO_STORE)


routes: list[BaseRoute] = [
    Route(PATH, post_client, methods=["POST"]),
    Route(f"{PATH}/{{client_id}}", get_client, methods=["GET"]),
    Route(f"{PATH}/{{client_id}}", put_client, methods=["PUT"]),
    Route(f"{PATH}/{{client_id}}", delete_client, methods=["DELETE"]),
]
