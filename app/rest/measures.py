"""Requests to the endpoints of the protocol, counted and timed, and what was refused anywhere."""

from __future__ import annotations

from typing import Final

from app.metrics.instruments import Counter, Histogram

_NAMES: Final = {
    "/.well-known/openid-configuration": "discovery",
    "/.well-known/jwks.json": "jwks",
    "/oauth2/jwks": "jwks",
    "/oauth2/authorize": "authorize",
    "/oauth2/token": "token",
    "/oauth2/revoke": "revoke",
    "/oauth2/userinfo": "userinfo",
    "/oauth2/logout": "logout",
}
_REQUESTS: Final = {
    name: Counter(f"oidc.{name}.requests", f"Requests to the {name} endpoint.", ("status",))
    for name in dict.fromkeys(_NAMES.values())
}
_LATENCIES: Final = {
    name: Histogram(f"oidc.{name}.latency_ms", f"How long the {name} endpoint took.").of() for name in _REQUESTS
}

_DENIED: Final = Counter(
    "auth.denied", "What was refused, by the action and reason of its audit event.", ("action", "reason")
)


def count_denied(action: str, reason: str) -> None:
    """Count a denial.

    Args:
        reason: a stable code.
    """
    _DENIED.of(action, reason).add()


def note_request(path: str, status: int, seconds: float) -> None:
    """Note how a request ended, if it was to an endpoint of the protocol."""
    name = _NAMES.get(path)
    if name is not None:
        _REQUESTS[name].of(str(status)).add()
        _LATENCIES[name].observe(seconds * 1_000)
