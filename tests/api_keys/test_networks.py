"""Networks that a key may be used from."""

from __future__ import annotations

import pytest

from app.api_keys.rules.networks import clean_network, is_allowed


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("2001:db8:0:0::1", "2001:db8::1/128"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ],
)
def test_networks_have_one_notation(text: str, clean: str) -> None:
    assert clean_network(text) == clean


@pytest.mark.parametrize(
    "text",
    ["", "10.0.0.1/8", "10.0.0.0/33", "10.0.0", "localhost", "10.0.0.0/8 ", "fe80::1%eth0", "1/8", "10.0.0.0/255.0.0.0",
     "::/129", "٠.0.0.0/8"],
)  # fmt: skip
def test_what_is_no_network_is_none(text: str) -> None:
    assert clean_network(text) is None


@pytest.mark.parametrize(
    ("address", "networks", "expected"),
    [
        ("10.1.2.3", ["10.0.0.0/8"], True),
        ("::ffff:10.1.2.3", ["10.0.0.0/8"], True),
        ("11.1.2.3", ["10.0.0.0/8", "192.0.2.0/24"], False),
        ("192.0.2.255", ["10.0.0.0/8", "192.0.2.0/24"], True),
        ("2001:db8::1", ["2001:db8::/32"], True),
        ("2001:db9::1", ["2001:db8::/32"], False),
        ("10.1.2.3", ["::/0"], False),
        ("fe80::1%eth0", ["fe80::/10"], False),
        ("unknown", ["0.0.0.0/0"], False),
        (None, ["0.0.0.0/0", "::/0"], False),
        ("10.1.2.3", [], False),
    ],
)
def test_an_address_is_allowed_in_its_networks_only(address: str | None, networks: list[str], expected: bool) -> None:
    assert is_allowed(address, networks) is expected
