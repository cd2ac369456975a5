"""What a well-formed initial access token is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from app.clients.registration.errors import InitialTokenInvalid
from app.clients.registration.types import NewInitialToken
from app.clients.types import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    PLATFORM_SCOPE_PREFIX,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from app.kit.errors import AppError

MAX_NAME: Final = 120
MAX_USES: Final = 1_000_000
MAX_TTL_SECONDS: Final = 10 * 365 * 86_400
MAX_SCOPES: Final = 100
GRANTS: Final = (AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE, CLIENT_CREDENTIALS, TOKEN_EXCHANGE)
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]{1,120}")
# RFC 6749 §3.3
_SCOPE: Final = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,100}")


def check_token(new: NewInitialToken) -> list[AppError]:
    """Everything that is wrong with a token to be made."""
    problems: list[AppError] = []
    if not _NAME.fullmatch(new.name) or not new.name.strip():
        problems.append(InitialTokenInvalid(f"A name has 1 to {MAX_NAME} printable characters.", "name"))
    problems += _check_range("max_uses", new.max_uses, MAX_USES)
    problems += _check_range("ttl_seconds", new.ttl_seconds, MAX_TTL_SECONDS)
    return problems + _check_scopes(new.scopes or ()) + _check_grants(new.grant_types)


def _check_range(name: str, value: int | None, bound: int) -> list[AppError]:
    if value is None or 1 <= value <= bound:
        return []
    return [InitialTokenInvalid(f"It lies between 1 and {bound}.", name)]


def _check_scopes(scopes: Iterable[str]) -> list[AppError]:
    problems: list[AppError] = []
    for place, scope in enumerate(scopes):
        if place >= MAX_SCOPES:
            return [*problems, InitialTokenInvalid(f"There are at most {MAX_SCOPES}.", "scopes")]
        if not _SCOPE.fullmatch(scope):
            text = "A scope has 1 to 100 printable characters and no blanks."
            problems.append(InitialTokenInvalid(text, "scopes", str(place)))
        elif scope.startswith(PLATFORM_SCOPE_PREFIX):
            text = "Nobody registers with a scope of the platform."
            problems.append(InitialTokenInvalid(text, "scopes", str(place)))
    return problems


def _check_grants(grants: tuple[str, ...] | None) -> list[AppError]:
    if grants is None:
        return []
    if not grants:
        return [InitialTokenInvalid("A client has a grant type.", "grant_types")]
    return [
        InitialTokenInvalid("There is no such grant type.", "grant_types", str(place))
        for place, grant in enumerate(grants)
        if grant not in GRANTS
    ]
