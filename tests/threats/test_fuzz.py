"""Nonsense in every parameter of every route: never a fault."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from app.kit import clock
from tests.oidc.support import Party, make_party, sign_in
from tests.support import ISSUER, make_user
from tests.threats.support import DOCUMENTS, FORM_TYPE, PAGES, POSTED, call

NAMES = (
    "acr_values", "action", "ban", "claims", "client_id", "client_secret", "code", "code_challenge",
    "code_challenge_method", "code_verifier", "confirm", "csrf", "current", "decision", "email", "existing", "flow",
    "grant_type", "id_token_hint", "identifier", "login_hint", "max_age", "name", "next", "nonce", "notice", "other",
    "password", "post_logout_redirect_uri", "prompt", "redirect_uri", "refresh_token", "request", "resource",
    "response_mode", "response_type", "scope", "sent", "shown", "state", "token", "token_type_hint", "ui_locales",
    "user",
)  # fmt: skip
NASTY = (
    b"", b"%00", b"\x00", b"\x80", b"%ff", b"%ed%a0%80", b"\xff", b"%", b"%zz", b"%0d%0aSet-Cookie:%20x=y", b"'",
    b"\"><script>", b"${7*7}{{7*7}}", b"%E2%80%AE", b"9" * 400, b"-1", b"1e999", b"null", b"[]", b"{}", b"[" * 2000,
    b'{"id_token":{"sub":{"value":[]}}}', b'{"userinfo":null,"id_token":{"acr":{"essential":true,"values":[1,{}]}}}',
    b"flw_", b"int_%00", b"alk_%C3%A9", b"art_" + b"0" * 26 + b"A" * 86, b"eyJhbGciOiJub25lIn0.e30.", b"..", b"a.b.c",
    b"//evil", b"%5C%5Cevil", b"openid", b"openid openid", b"code", b"none", b"login", b"create", b"consent",
    b"form_post", b"S256", b"A" * 43, b"authorization_code", b"refresh_token", b"javascript:alert(1)",
    b"https://app.example.com/callback", b"\xc3\xa9" * 50,
)  # fmt: skip
HEADERS = {
    "accept": [b"text/html", b"", b"*/*", b"\xe9", b"text/html;q=0"],
    "accept-language": [b"de", b"\xe9;q=nan", b"en;q=1e999,;;;", b"," * 500],
    "authorization": [b"Basic \xe9", b"Basic", b"Basic Og==", b"Bearer", b"Bearer \xe9.\xe9.\xe9", b"Bearer a.b.c",
                      b"\x80"],
    "content-type": [FORM_TYPE.encode(), b"application/json", b"multipart/form-data", b"\xe9/;=;", b"text/plain"],
    "cookie": [b"auther_session=ast_\xe9", b"auther_session=ast_" + b"A" * 43, b"auther_browser=" + b"A" * 43, b"=;;=",
               b"\xff",
               b"auther_pending=.", b"auther_pending=\xe9.\xe9", b"auther_session=a; auther_session=b"],
    "host": [b"evil.example", b"[", b"a b", b"\xe9", b"localhost:99999", b""],
    "if-none-match": [b"*", b'W/"x",,,\xe9'],
    "origin": [b"null", b"https://[", b"https://\xe9", b"https://app.example.com", b"x" * 999],
    "sec-fetch-site": [b"same-origin", b"cross-site", b"\xe9"],
    "user-agent": [b"", b"\xe9" * 5000, b"Mozilla/5.0 (\x01)"],
    "x-forwarded-for": [b"1.2.3.4", b"\xe9,::1%eth0,[::1]:80", b"," * 5000],
    "x-request-id": [b"\xe9", b"a" * 5000, b"good-request-id"],
}  # fmt: skip

parameters = st.lists(
    st.tuples(st.sampled_from(NAMES), st.one_of(st.sampled_from(NASTY), st.binary(max_size=20))), max_size=8
)
headers = st.dictionaries(st.sampled_from(sorted(HEADERS)), st.integers(0, 7), max_size=4)
paths = st.sampled_from(
    sorted({*PAGES, *POSTED, *DOCUMENTS, "/oauth2/authorize/%00", "/oauth2/consent/%ff", "/static/%00", "/static/../x",
            "/admin/%00", "/admin/assets/%00", "/", "//signin", "/%2e%2e/signin", "/livez", "/graphiql"})
)  # fmt: skip
methods = st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT", "BREW"])


@pytest.fixture
async def target(app: Starlette, database: None) -> Party:
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
    browser = httpx.AsyncClient(transport=transport, base_url=ISSUER)
    await browser.get("/signin")
    party = await make_party(browser)
    await sign_in(browser, await make_user())
    return party


def _encode(pairs: list[tuple[str, bytes]]) -> bytes:
    return b"&".join(name.encode() + b"=" + value for name, value in pairs)


async def _send(party: Party, method: str, path: str, query: bytes, body: bytes, chosen: dict[str, int]) -> int:
    named = {name: HEADERS[name][index % len(HEADERS[name])] for name, index in chosen.items()}
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in party.browser.cookies.jar)
    defaults = {"cookie": cookies.encode(), "host": b"localhost:8000", "content-type": FORM_TYPE.encode()}
    transport = party.browser._transport
    assert isinstance(transport, httpx.ASGITransport)
    return await call(transport.app, method, path, query=_visible(query), headers={**defaults, **named}, body=body)


def _visible(query: bytes) -> bytes:
    """As an HTTP server would let it through: no white space, no controls, no fragment."""
    return bytes(byte for byte in query if byte > 0x20 and byte not in b"\x7f#")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(method=methods, path=paths, query=parameters, body=parameters, chosen=headers)
async def test_no_parameter_of_any_route_makes_a_fault(
    target: Party, method: str, path: str, query: Any, body: Any, chosen: Any
) -> None:
    status = await _send(target, method, path, _encode(query), _encode(body), chosen)

    assert status < 500, (method, path, query, body, chosen)


@pytest.mark.parametrize("value", NASTY, ids=range(len(NASTY)))
async def test_each_nasty_value_in_each_parameter_of_authorize(target: Party, value: bytes) -> None:
    with clock.frozen():
        for name in NAMES:
            base = [(key, text.encode()) for key, text in target.params().items() if key != name]
            status = await _send(target, "GET", "/oauth2/authorize", _encode([*base, (name, value)]), b"", {})
            assert status in {200, 303, 400, 429}, name


@pytest.mark.parametrize("value", NASTY, ids=range(len(NASTY)))
async def test_each_nasty_value_in_each_parameter_of_the_token_endpoint(target: Party, value: bytes) -> None:
    assert target.secret is not None
    for grant_type in ("authorization_code", "refresh_token"):
        full = {"client_id": target.client.id, "client_secret": target.secret, "grant_type": grant_type}
        full |= {"code": "acd_x", "refresh_token": "art_x", "redirect_uri": "https://app.example.com/callback"}
        for name in (*full, "scope", "code_verifier"):
            base = [(key, text.encode()) for key, text in full.items() if key != name]
            status = await _send(target, "POST", "/oauth2/token", b"", _encode([*base, (name, value)]), {})
            assert status in {400, 401}, name


@pytest.mark.parametrize("name", sorted(HEADERS))
@pytest.mark.parametrize(
    "path", ["/signin", "/oauth2/authorize", "/oauth2/token", "/oauth2/userinfo", "/password/change"]
)
async def test_each_nasty_header_on_each_kind_of_route(target: Party, path: str, name: str) -> None:
    for index in range(len(HEADERS[name])):
        for method in ("GET", "POST"):
            status = await _send(target, method, path, b"", b"a=b", {name: index})
            assert status < 500, (method, index)
