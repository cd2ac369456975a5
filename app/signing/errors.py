"""What can go wrong with keys and with our JWTs."""

from __future__ import annotations

from app.kit.errors import InvalidInput, NotFound, Unauthenticated, Unavailable


class TokenInvalid(Unauthenticated):
    """Not a JWT of ours for this use. `detail` says why, for the log only."""

    def __init__(self, detail: str, code: str = "signing_token_invalid") -> None:
        super().__init__(code, "This token is not valid.", detail=detail)


class TokenExpired(TokenInvalid):
    """A JWT of ours whose time is over."""

    def __init__(self) -> None:
        super().__init__("exp is over", "signing_token_expired")


class KeyMissing(Unavailable):
    def __init__(self, alg: str) -> None:
        super().__init__("signing_key_missing", "There is no key to sign with now. Try again soon.", detail=alg)


class KeySetInvalid(InvalidInput):
    """Somebody's published keys are of no use. `detail` says why, for the log only."""

    def __init__(self, detail: str) -> None:
        super().__init__("signing_key_set_invalid", "This is not a set of public keys.", detail=detail)


class KeyNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("signing_key_not_found", "There is no such signing key.", field=("id",))


class AlgorithmUnknown(InvalidInput):
    def __init__(self, alg: str) -> None:
        super().__init__(
            "signing_algorithm_unknown", "No key is kept for this algorithm.", field=("alg",), detail=alg[:32]
        )
