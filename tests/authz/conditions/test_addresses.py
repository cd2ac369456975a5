"""IP addresses and ranges."""

from __future__ import annotations

import pytest

from app.authz.conditions import Verdict
from tests.authz.conditions.support import program, value_of, verdict_of


@pytest.mark.parametrize(
    ("address", "cidr", "is_inside"),
    [
        ("192.168.0.1", "192.168.0.0/24", True),
        ("192.168.1.0", "192.168.0.0/24", False),
        ("192.168.0.7", "192.168.0.200/24", True),
        ("10.0.0.1", "10.0.0.1/32", True),
        ("10.0.0.1", "0.0.0.0/0", True),
        ("2001:db8::1", "2001:db8::/32", True),
        ("2001:DB8:0:0::1", "2001:db8::/128", False),
        ("2001:db8::1", "0.0.0.0/0", False),
        ("10.0.0.1", "::/0", False),
        ("::ffff:10.0.0.1", "10.0.0.0/8", True),
        ("::FFFF:0a00:0001", "10.0.0.0/8", True),
        ("::ffff:11.0.0.1", "10.0.0.0/8", False),
        ("10.0.0.1", "::ffff:10.0.0.0/104", True),
        ("11.0.0.1", "::ffff:10.0.0.0/104", False),
        ("fe80::1%eth0", "fe80::/10", False),
        ("fe80::1", "fe80::/10", True),
    ],
)
def test_an_address_lies_in_a_range_or_not(address: str, cidr: str, is_inside: bool) -> None:
    within = program("ip.in_cidr(range)", ip="ipaddress", range="string")

    assert within.evaluate({"range": cidr}, {"ip": address}) == Verdict(is_inside)


@pytest.mark.parametrize(
    "cidr", ["", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "10.0/8", "10.0.0.0/-1", "a/8", "::/129"]
)
def test_a_malformed_range_leaves_it_undecided(cidr: str) -> None:
    within = program("ip.in_cidr(range)", ip="ipaddress", range="string")

    assert within.evaluate({}, {"ip": "10.0.0.1", "range": cidr}) == Verdict(None, (), "A CIDR range is malformed.")


@pytest.mark.parametrize(
    "address", ["", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/8", "::ffff:10.0.0", "a", 167772161, None]
)
def test_a_malformed_address_is_a_problem(address: object) -> None:
    verdict = verdict_of('x.in_cidr("10.0.0.0/8")', "ipaddress", address)

    assert verdict == Verdict(None, (), "Parameter x has to be an IP address.")


def test_addresses_compare_however_they_are_written() -> None:
    assert value_of('x == ipaddress("10.0.0.1") && string(x) == "10.0.0.1"', "ipaddress", "::ffff:a00:1") is True
    assert value_of('x == ipaddress("2001:DB8::0:1")', "ipaddress", "2001:db8:0::1") is True


def test_an_address_inside_of_any_data_is_made_from_its_text() -> None:
    assert value_of('ipaddress(x.ip).in_cidr("10.0.0.0/8")', "any", {"ip": "10.1.2.3"}) is True
    assert verdict_of('ipaddress(x.ip).in_cidr("10.0.0.0/8")', "any", {"ip": "nowhere"}).problem == (
        "An IP address is malformed."
    )
    assert verdict_of('x.ip.in_cidr("10.0.0.0/8")', "any", {"ip": 5}).problem == (
        "in_cidr takes an IP address and a CIDR range."
    )
