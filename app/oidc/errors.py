"""Refusals of the protocol, a family for each place where one may be shown.

`ShownToUser` is a page; `SentToClient` goes to the redirect URI and cannot be made without a trusted
one; `EndpointError` is the JSON of RFC 6749 §5.2; `BearerError` the challenge of RFC 6750 §3.
Descriptions never repeat what was sent, and hold only the characters that RFC 6749 §5.2 allows.
"""

from __future__ import annotations

from enum import StrEnum

from app.kit.errors import AppError, InvalidInput, LimitReached, NotFound, Unavailable
from app.oidc.reply import ReplyAddress

BAD_REQUEST = 400
UNAUTHORIZED = 401
FORBIDDEN = 403
UNAVAILABLE = 503


class ErrorCode(StrEnum):
    """Codes of RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 8628 §3.5, RFC 8693 §2.2.2, OIDC Core §3.1.2.6;
    RFC 9449 §12.2."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    INVALID_TARGET = "invalid_target"
    INVALID_TOKEN = "invalid_token"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    INVALID_DPOP_PROOF = "invalid_dpop_proof"
    USE_DPOP_NONCE = "use_dpop_nonce"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    ACCESS_DENIED = "access_denied"
    AUTHORIZATION_PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    EXPIRED_TOKEN = "expired_token"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    LOGIN_REQUIRED = "login_required"
    CONSENT_REQUIRED = "consent_required"
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"
    INVALID_REQUEST_URI = "invalid_request_uri"
    INVALID_REQUEST_OBJECT = "invalid_request_object"
    REGISTRATION_NOT_SUPPORTED = "registration_not_supported"
    UNMET_AUTHENTICATION_REQUIREMENTS = "unmet_authentication_requirements"


_ENDPOINT_STATUS = {ErrorCode.INVALID_CLIENT: UNAUTHORIZED, ErrorCode.TEMPORARILY_UNAVAILABLE: UNAVAILABLE}
_BEARER_STATUS = {ErrorCode.INVALID_REQUEST: BAD_REQUEST, ErrorCode.INSUFFICIENT_SCOPE: FORBIDDEN}


class MalformedRequest(InvalidInput):
    """Parameters that cannot be read; the edge turns it into its own family."""

    def __init__(self, message: str) -> None:
        super().__init__("oidc_malformed_request", message)


class ShownToUser(InvalidInput):
    """A page: the client or its redirect URI is not trusted (RFC 6749 §4.1.2.1), or the browser is another one."""


class ClientUnknown(ShownToUser):
    """Nobody is registered under this id, or the client is switched off."""

    def __init__(self) -> None:
        super().__init__(
            "oidc_client_unknown", "The application that sent you here is not known, or it is switched off."
        )


class ClientVanished(ClientUnknown):
    """The client was deleted while its request was under way."""


class RequestTooLong(MalformedRequest):
    """More than we read of a request."""


class SentToClient(InvalidInput):
    """An error for the client, at an address that was checked."""

    def __init__(self, reply: ReplyAddress, error: ErrorCode, description: str) -> None:
        super().__init__(f"oidc_{error}", description)
        self.reply = reply
        self.error = error


class EndpointError(InvalidInput):
    """A JSON answer of an endpoint for programs: 400, 401 for a client that is not known, 503 when we cannot serve."""

    def __init__(self, error: ErrorCode, description: str) -> None:
        super().__init__(f"oidc_{error}", description)
        self.error = error
        self.status = _ENDPOINT_STATUS.get(error, BAD_REQUEST)


class ClientNotProved(EndpointError):
    """A client could not prove who it is."""

    def __init__(self) -> None:
        super().__init__(
            ErrorCode.INVALID_CLIENT,
            "Client authentication failed: unknown client, wrong secret or key, or not the registered method.",
        )


class ProofRefused(InvalidInput):
    """A DPoP proof that is no good, or lacks a nonce of ours (RFC 9449 §5 and §8)."""

    def __init__(self, error: ErrorCode, description: str, detail: str | None = None) -> None:
        super().__init__(f"oidc_{error}", description, detail=detail)
        self.error = error


def as_endpoint_error(error: InvalidInput | LimitReached | Unavailable) -> EndpointError:
    """What the rest of the house refuses, in the words of RFC 6749 §5.2."""
    if isinstance(error, EndpointError):
        return error
    if isinstance(error, ClientVanished):
        return ClientNotProved()
    if isinstance(error, ProofRefused):
        return EndpointError(error.error, error.message)
    is_away = isinstance(error, Unavailable)
    told = EndpointError(ErrorCode.TEMPORARILY_UNAVAILABLE if is_away else ErrorCode.INVALID_REQUEST, error.message)
    told.retry_after = error.retry_after
    return told


class BearerError(AppError):
    """A challenge to whoever shows (or lacks) an access token. Without `error`: none was shown."""

    def __init__(self, error: ErrorCode | None, description: str) -> None:
        super().__init__(f"oidc_{error or 'token_missing'}", description)
        self.error = error
        self.status = _BEARER_STATUS.get(error, UNAUTHORIZED) if error else UNAUTHORIZED


class PossessionError(BearerError):
    """A challenge to whoever shows a token without proving its key (RFC 9449 §7.1)."""


class BoundTokenBare(BearerError):
    """A token that is bound to a key came as a bearer token (RFC 9449 §7.2)."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.INVALID_TOKEN, "This access token is bound to a key. Show it with a DPoP proof.")


class InteractionOver(ShownToUser):
    """The request is finished, too old, or belongs to another browser."""

    def __init__(self) -> None:
        super().__init__(
            "oidc_interaction_over",
            "This sign-in cannot go on here. Go back to the application and start again.",
        )


class PushedRequestOver(ShownToUser):
    """What an application pushed was answered, is too old, or was pushed by another one (RFC 9126 §2.2)."""

    def __init__(self) -> None:
        super().__init__(
            "oidc_request_uri_unknown",
            "The request of the application is over. Go back to the application and start again.",
        )


class UserCodeUnknown(ShownToUser):
    """No device waits under the code that somebody typed."""

    def __init__(self) -> None:
        super().__init__(
            "oidc_user_code_unknown",
            "No device waits for this code. Look at the device again: codes end after a while.",
        )


class DeviceOver(ShownToUser):
    """The device does not wait any more, or another session typed its code."""

    def __init__(self) -> None:
        super().__init__("oidc_device_over", "This device does not wait for you any more. Start again on the device.")


class ClientAway(Unavailable):
    """A client's server did not answer a moment ago, and is left alone for a while."""

    def __init__(self) -> None:
        super().__init__("oidc_client_away", "The application's server does not answer now.")


class LogoutNotHeard(Unavailable):
    """A client did not take the news that a session is over. `detail` is the status that it answered with."""

    def __init__(self, status: int) -> None:
        super().__init__("oidc_logout_not_heard", "The application did not take the logout token.", detail=str(status))


class ConsentNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("oidc_consent_not_found", "This application was not allowed anything.", field=("clientId",))


class FamilyNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("oidc_family_not_found", "There is no such token family, or it is over.", field=("id",))
