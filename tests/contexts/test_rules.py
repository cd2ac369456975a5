"""What a person comes from: origins of addresses, domains of proved addresses."""

from __future__ import annotations

import pytest

from app.contexts.rules import make_entry, origin_of, read_origin
from app.contexts.types import Entry
from tests.support import make_user


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://app.example.com/callback?x=1", "https://app.example.com"),
        ("https://APP.example.com:443/", "https://app.example.com"),
        ("https://app.example.com:8443/cb", "https://app.example.com:8443"),
        ("http://localhost:3000/cb", "http://localhost:3000"),
        ("http://[::1]:3000/cb", "http://[::1]:3000"),
        ("com.example.app:/callback", None),
        (f"https://{'a' * 300}.example/cb", None),
    ],
)
def test_the_origin_of_a_redirect_uri(uri: str, origin: str | None) -> None:
    assert origin_of(uri) == origin


@pytest.mark.parametrize(
    "text", ["https://", "https://a.example/", "ftp://a.example", "https://a.example#b", "a.example"]
)
def test_what_is_no_origin(text: str) -> None:
    assert read_origin(text) is None


async def test_only_a_proved_address_has_a_domain() -> None:
    proved, unproved = await make_user("ada@Example.com"), await make_user("eve@acme.example", email_verified=False)

    assert make_entry(proved, ["b", "a", "b"], "https://a.example") == Entry(
        ("b", "a"), "example.com", "https://a.example"
    )
    assert make_entry(unproved) == Entry()
