"""Where a page may lead by a parameter: a path on this host, nothing else."""

from __future__ import annotations

import pytest

from app.kit.pages import form_sources, safe_next


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/admin/",
        "/admin/users?search=a%2Fb&page=2#top",
        "/oauth2/authorize/flw_1?state=//x",
        "/signin?next=https%3A%2F%2Fx.example%2F%5Cy",
        "/caf%C3%A9/münchen",
    ],
)
def test_a_path_on_this_host_is_kept(url: str) -> None:
    assert safe_next(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "admin",
        "https://evil.example/",
        "javascript:alert(1)",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/%09/evil.example",
        "/%0d%0aSet-Cookie:x",
        "/%2Fevil.example",
        "/%252Fevil.example",
        "/%25252Fevil.example",
        "/%5Cevil.example",
        "/%255Cevil.example",
        "/.//evil.example",
        "/x/..//evil.example",
        "/..%2F%2Fevil.example",
        "/./evil",
        " /admin/",
        "/admin/ ",
        "/\x00",
        "/\x85",
        "/" + "a" * 2_048,
    ],
)
def test_what_might_lead_elsewhere_gives_the_default(url: str | None) -> None:
    assert safe_next(url, "/home") == "/home"


def test_redirect_uris_become_sources_of_a_policy() -> None:
    uris = [
        "https://app.example/callback?x=1",
        "https://app.example/other",
        "https://app.example:8443/cb",
        "http://127.0.0.1/cb",
        "http://localhost:3000/cb",
        "com.example.app:/oauth",
        "http://[::1]/cb",
    ]

    assert form_sources(uris) == (
        "https://app.example",
        "https://app.example:8443",
        "http://127.0.0.1:*",
        "http://localhost:*",
        "com.example.app:",
        "http:",
    )
