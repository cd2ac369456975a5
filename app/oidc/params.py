"""Parameters of a request, read strictly: bounded, UTF-8, each at most once (RFC 6749 §3.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from app.oidc.errors import MalformedRequest

MAX_REQUEST_BYTES = 16_384
MAX_PARAMETERS = 64
# RFC 8707 §2: the one parameter that may come several times.
_REPEATABLE = frozenset({"resource"})


@dataclass(frozen=True, slots=True)
class Params:
    """Parameters by name. Empty ones count as absent (RFC 6749 §3.1); unknown ones are never looked at."""

    values: Mapping[str, str]
    repeated: frozenset[str] = frozenset()

    def get(self, name: str) -> str | None:
        """The value; None when it is absent, empty or came more than once."""
        return None if name in self.repeated else self.values.get(name) or None


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
    counts = Counter(name for name, _ in pairs)
    repeated = frozenset(name for name, count in counts.items() if count > 1) - _REPEATABLE
    return Params(dict(pairs), repeated)
