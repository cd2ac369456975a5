"""Redirect URIs: what may be registered, and that matching is equality to the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients.errors import InvalidRedirectUri
from app.clients.rules import derive_origins, is_origin, redirect_uri_matches, validate_redirect_uri
from app.clients.types import ClientKind

WEB, SPA, NATIVE = ClientKind.WEB, ClientKind.SPA, ClientKind.NATIVE


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com",
        "https://app.example.com/",
        "https://app.example.com:8443/callback?tenant=a%20b&x=1",
        "https://APP.example.com/CallBack",
        "https://xn--bcher-kva.example/cb",
        "https://app.example.com/a/.well-known/..b/cb",
        "http://localhost/cb",
        "http://localhost:5173/cb",
        "http://127.0.0.1:8080",
        "http://[::1]:8080/cb",
        "https://[2001:db8::1]/cb",
    ],
)
def test_https_and_http_on_this_machine_may_be_registered(uri: str) -> None:
    for kind in (WEB, SPA, NATIVE):
        validate_redirect_uri(uri, kind)


@pytest.mark.parametrize("uri", ["com.example.app:/callback", "com.example.app://callback", "com.example.app:/cb?x=1"])
def test_rfc8252_section_7_1_native_apps_may_have_a_private_scheme(uri: str) -> None:
    validate_redirect_uri(uri, NATIVE)

    for kind in (WEB, SPA):
        with pytest.raises(InvalidRedirectUri):
            validate_redirect_uri(uri, kind)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "//app.example.com/cb",
        "app.example.com/cb",
        "https:",
        "https:/app.example.com",
        "https:app.example.com",
        "https://",
        "https:///cb",
        "https://?x",
        "https://app.example.com/cb#fragment",
        "https://app.example.com/cb#",
        "https://*.example.com/cb",
        "https://app.example.com/*",
        "https://user@app.example.com/cb",
        "https://user:pass@app.example.com/cb",
        "https://app.example.com@evil.example/cb",
        "https://app.example.com:0/cb",
        "https://app.example.com:65536/cb",
        "https://app.example.com:080/cb",
        "https://app.example.com:/cb",
        "https://app.example.com:x/cb",
        "https://app..example.com/cb",
        "https://-app.example.com/cb",
        "https://app.example.com./cb",
        "https://[::1/cb",
        "https://[gg::1]/cb",
        "https://[1:2]/cb",
        "https://app.example.com/../cb",
        "https://app.example.com/a/./cb",
        "https://app.example.com/a/%2e%2E/cb",
        "https://app.example.com/..",
        "https://app.example.com\\@evil.example/cb",
        "https://app.example.com/cb\r\nSet-Cookie:x=1",
        "https://app.example.com/c b",
        "https://app.example.com/cb\x00",
        " https://app.example.com/cb",
        "https://app.example.com/cb\n",
        "https://app.example.com/ü",
        "https://bücher.example/cb",
        "https://app.example.com/%",
        "https://app.example.com/%2",
        "https://app.example.com/%zz",
        "https://app.example.com/<script>",
        'https://app.example.com/"',
        "HTTPS://app.example.com/cb",
        "http://app.example.com/cb",
        "http://localhost.evil.example/cb",
        "http://localhost.evil/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.1/cb",
        "http://2130706433/cb",
        "http://0.0.0.0/cb",
        "http://LOCALHOST/cb",
        "http://[::]/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "javascript:alert(1)",
        "JavaScript://app.example.com/%0aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://app.example.com/1",
        "about:blank",
        "urn:ietf:wg:oauth:2.0:oob",
        "myapp://callback",
        "myapp:/callback",
        "com.example.app:callback",
        "com.example.app:",
        "Com.Example.App:/callback",
        "com.example.app://user@host/cb",
        "com.example.app:/a/../cb",
        ".app:/cb",
        "1com.example:/cb",
        "https://app.example.com/" + "a" * 2_048,
    ],
)
def test_rfc9700_section_4_1_everything_else_is_refused(uri: str) -> None:
    for kind in ClientKind:
        with pytest.raises(InvalidRedirectUri) as caught:
            validate_redirect_uri(uri, kind, ("redirect_uris", "0"))

        assert caught.value.code == "clients_redirect_uri_invalid"
        assert caught.value.field == ("redirect_uris", "0")


REGISTERED = "https://app.example.com/a/callback?x=1"


@pytest.mark.parametrize(
    "asked",
    [
        "https://app.example.com/a/callback",
        "https://app.example.com/a/callback?x=1&y=2",
        "https://app.example.com/a/callback?x=1#",
        "https://app.example.com/a/callback?X=1",
        "https://app.example.com/a/callback/?x=1",
        "https://app.example.com/a//callback?x=1",
        "https://app.example.com/a%2Fcallback?x=1",
        "https://app.example.com/a/call%62ack?x=1",
        "https://app.example.com/A/callback?x=1",
        "https://app.example.com/b/../a/callback?x=1",
        "https://APP.example.com/a/callback?x=1",
        "https://app.example.com./a/callback?x=1",
        "https://app.example.com:443/a/callback?x=1",
        "https://app.example.com:8443/a/callback?x=1",
        "https://u@app.example.com/a/callback?x=1",
        "https://app.example.com.evil.example/a/callback?x=1",
        "http://app.example.com/a/callback?x=1",
        "HTTPS://app.example.com/a/callback?x=1",
        "https://app.example.com/a/callback?x=1\n",
        " https://app.example.com/a/callback?x=1",
        "https://app.example.com/a/callback?x=1 ",
        "",
    ],
)
def test_rfc9700_section_4_1_3_what_differs_at_all_does_not_match(asked: str) -> None:
    for kind in ClientKind:
        assert redirect_uri_matches(REGISTERED, REGISTERED, kind)
        assert not redirect_uri_matches(REGISTERED, asked, kind)


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"),
        ("http://127.0.0.1:1234/cb?x=1", "http://127.0.0.1:65535/cb?x=1"),
        ("http://127.0.0.1:1234/cb", "http://127.0.0.1/cb"),
        ("http://[::1]/cb", "http://[::1]:8000/cb"),
        ("http://localhost/cb", "http://localhost:8000/cb"),
        ("http://127.0.0.1", "http://127.0.0.1:8000"),
    ],
)
def test_rfc8252_section_7_3_the_loopback_port_is_free_for_native_apps_alone(registered: str, asked: str) -> None:
    assert redirect_uri_matches(registered, asked, NATIVE)

    for kind in (WEB, SPA, ClientKind.MACHINE, ClientKind.DEVICE):
        assert not redirect_uri_matches(registered, asked, kind)


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("http://127.0.0.1/cb", "http://localhost:8000/cb"),
        ("http://127.0.0.1/cb", "http://[::1]:8000/cb"),
        ("http://127.0.0.1/cb", "https://127.0.0.1:8000/cb"),
        ("https://127.0.0.1/cb", "https://127.0.0.1:8000/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8000/CB"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8000/cb/"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8000/cb?x"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8000/cb#x"),
        ("http://127.0.0.1", "http://127.0.0.1:8000/"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:080/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8000:9/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:80.evil.example/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:٣/cb"),
        ("com.example.app:/cb", "com.example.app:/cb2"),
        ("com.example.app:/cb", "COM.example.app:/cb"),
    ],
)
def test_rfc8252_section_7_3_nothing_but_the_port_is_free(registered: str, asked: str) -> None:
    assert not redirect_uri_matches(registered, asked, NATIVE)


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from([WEB, SPA, ClientKind.MACHINE, ClientKind.DEVICE]))
def test_matching_is_equality(registered: str, asked: str, kind: ClientKind) -> None:
    assert redirect_uri_matches(registered, asked, kind) is (registered == asked)


@given(st.text(alphabet="htps:/.@#?*[]%0localhost127\\ \n", max_size=60), st.sampled_from(list(ClientKind)))
def test_no_text_makes_the_check_fail(uri: str, kind: ClientKind) -> None:
    try:
        validate_redirect_uri(uri, kind)
    except InvalidRedirectUri:
        return
    assert not set(uri) & set("#*\\ \n")


def test_origins_are_those_of_browser_applications() -> None:
    uris = (
        "https://APP.example.com:443/cb",
        "https://app.example.com/other",
        "http://localhost:5173/cb",
        "http://localhost:80/cb",
        "https://a.example:8443",
    )

    assert derive_origins(SPA, uris) == (
        "http://localhost",
        "http://localhost:5173",
        "https://a.example:8443",
        "https://app.example.com",
    )
    assert [derive_origins(kind, uris) for kind in ClientKind if kind is not SPA] == [(), (), (), ()]


@pytest.mark.parametrize(
    "text",
    ["null", "", "*", "https://", "https://A.example", "ftp://a.example", "https://a.example/", "https://" + "a" * 300],
)
def test_what_is_no_origin_is_not_looked_up(text: str) -> None:
    assert not is_origin(text)
