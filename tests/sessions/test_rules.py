"""Naming a browser."""

from __future__ import annotations

import pytest

from app.sessions.rules import describe_device

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 OPR/120", "Opera on Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) {WEBKIT} Version/18 Safari/605.1", "Safari on macOS"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {WEBKIT} Version/18 Safari/605", "Safari on iPhone"),
        (f"Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) {WEBKIT} CriOS/140 Safari", "Chrome on iPad"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {WEBKIT} FxiOS/140 Safari/6", "Firefox on iPhone"),
        (f"Mozilla/5.0 (Linux; Android 16) {WEBKIT} SamsungBrowser/28 Chrome/140", "Samsung Internet on Android"),
        (f"Mozilla/5.0 (Linux; Android 16) {WEBKIT} Chrome/140.0 Mobile Safari", "Chrome on Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64) {WEBKIT} Chrome/140.0 Safari", "Chrome on ChromeOS"),
        ("curl/8.5", "Unknown device"),
        ("Dalvik (Linux; Android 16)", "Android"),
        ("Firefox/140.0", "Firefox"),
        ("", "Unknown device"),
        (None, "Unknown device"),
    ],
)
def test_a_browser_is_named_by_product_and_system(user_agent: str | None, words: str) -> None:
    assert describe_device(user_agent) == words
