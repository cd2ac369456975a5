"""Naming a browser from its user agent; whose a session is, what it is worth, and what a cookie can be. Pure."""

from __future__ import annotations

from app.kit.actor import Actor, ActorKind
from app.sessions.types import ACR_MFA, TOKEN_PREFIX, Session

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
MAX_USER_AGENT = 512
MAX_TOKEN_LENGTH = 128
UNKNOWN_DEVICE = "Unknown device"


def describe_device(user_agent: str | None) -> str:
    """Words for a browser, e.g. "Firefox on Linux". The order of the marks matters: most name several."""
    if not user_agent:
        return UNKNOWN_DEVICE
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or UNKNOWN_DEVICE


def is_strong_enough(session: Session, *, require_mfa: bool) -> bool:
    """Whether a session counts: where everybody needs a second factor, one from before that rule does not."""
    return session.acr == ACR_MFA or not require_mfa


def is_own(actor: Actor, session: Session) -> bool:
    """Whether a session is that of a user who asks."""
    return actor.kind is ActorKind.USER and actor.id == session.user_id


def may_end_own(actor: Actor, session: Session) -> bool:
    """Whether a session is the caller's to end. Who acts as a user ends that of their own making only."""
    return is_own(actor, session) and (actor.impersonator_id is None or actor.session_id == session.id)


def is_session_token(text: str) -> bool:
    """Whether a text looks like what is in a session's cookie."""
    return len(text) <= MAX_TOKEN_LENGTH and text.startswith(f"{TOKEN_PREFIX}_")
