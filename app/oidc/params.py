"""Parameters of a request, read strictly: bounded, UTF-8, each at most once (RFC 6749 §3.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from app.oidc.errors import MalformedRequest
from app.oidc.types import GrantType

MAX_REQUEST_BYTES = 16_384
MAX_PARAMETERS = 64
# RFC 8707 §2: the one parameter that may come several times everywhere.
RESOURCE: Final = "resource"
# RFC 8693 §2.1: this one may, too, in a token exchange.
AUDIENCE: Final = "audience"

# What a request to authorize is made of; whatever else comes along is ignored (RFC 6749 §3.1).
REQUEST_PARAMETERS: Final = frozenset({
    "acr_values", "claims", "claims_locales", "client_id", "code_challenge", "code_challenge_method", "display",
    "dpop_jkt", "id_token_hint", "login_hint", "max_age", "nonce", "prompt", "redirect_uri", "registration",
    "response_mode", "response_type", "scope", "state", "ui_locales",
})  # fmt: skip

Stored = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Params:
    """Parameters by name. Empty ones count as absent (RFC 6749 §3.1); unknown ones are never looked at.

    Attributes:
        resources: the values of `resource`, each once, in their order.
        audiences: the same of `audience`.
    """

    values: Mapping[str, str]
    repeated: frozenset[str] = frozenset()
    resources: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """The value; None when it is absent, empty or came more than once."""
        return None if name in self.repeated else self.values.get(name) or None

    def store(self) -> Stored:
        """The parameters of a request to authorize, to be kept as JSON: nothing that came along with them."""
        kept: dict[str, str | list[str]] = {
            name: value for name, value in self.values.items() if name in REQUEST_PARAMETERS and value
        }
        return {**kept, RESOURCE: list(self.resources)} if self.resources else kept


def restore_params(stored: Stored) -> Params:
    """What `Params.store` gave."""
    values = {name: value for name, value in stored.items() if isinstance(value, str)}
    resources = stored.get(RESOURCE, [])
    return Params(values, resources=() if isinstance(resources, str) else tuple(resources))


def parse_params(raw: bytes) -> Params:
    """Read `application/x-www-form-urlencoded` text.

    Raises:
        MalformedRequest: too long, too many parameters, not UTF-8, or a NUL character in it.
    """
    if len(raw) > MAX_REQUEST_BYTES:
        raise MalformedRequest(f"The request is longer than {MAX_REQUEST_BYTES} bytes.")
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise MalformedRequest("The parameters are not form-encoded UTF-8.") from None
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise MalformedRequest("A parameter holds a NUL character.")
    single = [pair for pair in pairs if pair[0] != RESOURCE]
    counts = Counter(name for name, _ in single)
    values, repeated = dict(single), frozenset(name for name, count in counts.items() if count > 1)
    if values.get("grant_type") == GrantType.TOKEN_EXCHANGE:
        repeated -= {AUDIENCE}
    return Params(values, repeated, _all_of(RESOURCE, pairs), _all_of(AUDIENCE, pairs))


def _all_of(name: str, pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for each, value in pairs if each == name and value))
