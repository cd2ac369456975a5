"""What can go wrong with API keys. `field` begins with the name of the input field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from app.kit.errors import (
    AppError,
    Conflict,
    Forbidden,
    InputProblems,
    InvalidInput,
    LimitReached,
    NotFound,
    TooMany,
    Unauthenticated,
)


class ApiKeyNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("api_keys_not_found", "There is no such API key.", field=("id",))


class OwnerNotFound(NotFound):
    def __init__(self, *field: str) -> None:
        super().__init__("api_keys_owner_not_found", "There is no such owner.", field=field)


class OwnerRequired(InvalidInput):
    def __init__(self) -> None:
        super().__init__(
            "api_keys_owner_required", "Say which user or which client owns the key, not both.", field=("ownerUserId",)
        )


class TooManyKeys(LimitReached):
    def __init__(self, most: int) -> None:
        super().__init__("api_keys_limit", f"An owner has at most {most} API keys. Delete one first.")


class IdempotencyMismatch(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "api_keys_idempotency_mismatch",
            "This idempotency key was used for a different API key.",
            field=("idempotencyKey",),
        )


class Impersonated(Forbidden):
    """Whoever acts as somebody else leaves no key behind that works when that is over."""

    def __init__(self) -> None:
        super().__init__(
            "api_keys_impersonated", "While acting as somebody else nobody makes, changes or ends API keys."
        )


class TokenOfThirdParty(Forbidden):
    """What a person let an application do ends with its token; a key would outlive that."""

    def __init__(self) -> None:
        super().__init__(
            "api_keys_third_party_token",
            "Through the token of another application nobody makes, changes or enables API keys.",
        )


class OwnerStronger(Forbidden):
    """Who may act as others acts as nobody who may do more: a key's tokens name its owner."""

    def __init__(self) -> None:
        super().__init__(
            "api_keys_owner_stronger", "The owner of this API key holds permissions on the platform that you lack."
        )


class RightsExceeded(Forbidden):
    """Nobody gives a key, or takes over with one, what they do not have."""

    def __init__(self, missing: Sequence[str], *field: str) -> None:
        super().__init__(
            "api_keys_rights_exceeded",
            f"This key would hold what you do not have yourself: {', '.join(missing)}.",
            detail=", ".join(missing),
            field=field,
        )


class InvalidKeyInput(InvalidInput):
    """One value of a key is wrong. `code` ends in what is the matter."""

    def __init__(self, reason: str, *field: str, code: str = "api_keys_input_invalid") -> None:
        super().__init__(code, reason, field=field)


class TooLong(InvalidKeyInput):
    def __init__(self, reason: str, *field: str) -> None:
        super().__init__(reason, *field, code="api_keys_input_too_long")


class Required(InvalidKeyInput):
    def __init__(self, reason: str, *field: str) -> None:
        super().__init__(reason, *field, code="api_keys_input_required")


class KeyRefusal(AppError):
    """A key that was shown and does not count: 401, 403 or 429. `detail` is its id, if there is such a key."""


class ApiKeyInvalid(KeyRefusal, Unauthenticated):
    """No key of ours: malformed, unknown, a wrong secret, or one that a rotation ended. Nobody learns which."""

    def __init__(self) -> None:
        super().__init__("api_keys_invalid", "This API key is not valid.")


class ApiKeyExpired(KeyRefusal, Unauthenticated):
    def __init__(self) -> None:
        super().__init__("api_keys_expired", "This API key has expired.")


class ApiKeyDisabled(KeyRefusal, Unauthenticated):
    def __init__(self) -> None:
        super().__init__("api_keys_disabled", "This API key is disabled.")


class ApiKeyOwnerInactive(KeyRefusal, Unauthenticated):
    def __init__(self) -> None:
        super().__init__("api_keys_owner_inactive", "The owner of this API key is banned or disabled.")


class ApiKeyAddressRefused(KeyRefusal, Forbidden):
    def __init__(self) -> None:
        super().__init__("api_keys_address_refused", "This API key may not be used from this address.")


class ApiKeyUseRefused(KeyRefusal, Forbidden):
    def __init__(self, use: str) -> None:
        super().__init__("api_keys_use_refused", f"This API key is not for this use: {use}.")


class ApiKeyRateLimited(KeyRefusal, TooMany):
    def __init__(self, key_id: str, retry_after: timedelta) -> None:
        super().__init__(
            "api_keys_rate_limited",
            "This API key is used too often. Wait a moment.",
            detail=key_id,
            retry_after=retry_after,
        )


def raise_problems(problems: list[AppError]) -> None:
    """Raise all that is wrong with an input at once; nothing when all is well."""
    if problems:
        raise InputProblems(problems)
