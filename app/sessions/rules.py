"""Naming a browser from its user agent; what a cookie can be. Pure."""

from __future__ import annotations

from app.sessions.types import TOKEN_PREFIX

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


def is_session_token(text: str) -> bool:
    """Whether a text looks like what is in a session's cookie."""
    return len(text) <= MAX_TOKEN_LENGTH and text.startswith(f"{TOKEN_PREFIX}_")
