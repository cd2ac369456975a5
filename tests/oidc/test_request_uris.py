"""Requests that are fetched from an address of the client (OpenID Connect Core §6.2, RFC 9101 §5.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from app.clients.service import create_client, update_client
from app.clients.types import ClientChanges, ClientKind, NewClient
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.errors import InputProblems
from app.kit.limits import RateLimit, count_hit
from app.kit.runtime import override
from app.oidc import request_uris
from app.oidc.request_uris import FRESH, MAX_KEPT, PER_ADDRESS, PER_CLIENT, PER_HOST
from app.sessions.types import Session
from app.signing.foreign import MAX_FOREIGN_BYTES
from app.users.types import User
from tests.oidc.machines import KeyPair
from tests.oidc.objects import ObjectServer, unsigned
from tests.oidc.registering import describe_itself
from tests.oidc.requesting import TYP, Signer, make_signing_party
from tests.oidc.support import CALLBACK, answer_of, claims_of, complete_flow
from tests.support import ISSUER, commit


@pytest.fixture
async def server() -> AsyncIterator[ObjectServer]:
    async with ObjectServer().serving() as server:
        yield server


@pytest.fixture
async def signer(browser: httpx.AsyncClient, server: ObjectServer) -> Signer:
    return await make_signing_party(browser, request_uris=(server.uri,))


async def go(signer: Signer, uri: str, **beside: str) -> httpx.Response:
    """Go to the authorization endpoint with an address, and one beside it that a refusal may go to."""
    params = {"client_id": signer.client.id, "request_uri": uri, "redirect_uri": CALLBACK, "state": "outside", **beside}
    return await signer.browser.get("/oauth2/authorize", params=params)


async def is_answered(signer: Signer, uri: str) -> bool:
    """Whether the request got a code; else it is `invalid_request_uri`."""
    answer = answer_of(await go(signer, uri))
    assert answer.get("error") in {None, "invalid_request_uri"}, answer
    return "code" in answer


async def assert_refused(signer: Signer, uri: str, error: str = "invalid_request_uri") -> None:
    """Refused towards the client, and no code made."""
    answer = answer_of(await go(signer, uri))

    assert answer["error"] == error, answer
    assert (answer["state"], answer["iss"]) == ("outside", ISSUER)
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 0


async def test_rfc9101_5_2_a_signed_request_by_reference_counts(
    server: ObjectServer, signer: Signer, session: Session
) -> None:
    server.publish(signer.request_object(scope="openid"))

    answer = answer_of(await go(signer, server.uri, scope="openid email", nonce="outside"))

    assert answer["state"] == "state-1"
    tokens = (await signer.redeem(answer["code"])).json()
    assert (tokens["scope"], claims_of(tokens["id_token"])["nonce"]) == ("openid", "nonce-1")
    assert server.asked == ["/request.jwt"]


async def test_it_is_fetched_outside_of_a_transaction(server: ObjectServer, signer: Signer, session: Session) -> None:
    server.publish(signer.request_object())

    assert await is_answered(signer, server.uri)

    assert server.open_transactions == [0]


async def test_a_post_is_the_same(server: ObjectServer, signer: Signer, session: Session) -> None:
    server.publish(signer.request_object())

    answer = await signer.browser.post(
        "/oauth2/authorize", data={"client_id": signer.client.id, "request_uri": server.uri}
    )

    assert "code" in answer_of(await signer.browser.get(answer.headers["location"]))


async def test_a_sign_in_comes_back_to_the_request_without_another_call(
    browser: httpx.AsyncClient, server: ObjectServer, signer: Signer, user: User
) -> None:
    server.publish(signer.request_object(state="inside"))

    path = await complete_flow(browser, await go(signer, server.uri), user)

    assert answer_of(await browser.get(path))["state"] == "inside"
    assert server.asked == ["/request.jwt"]


@pytest.mark.parametrize(
    "changes",
    [{"exp": None, "nbf": None, "iat": None}, {"exp": 10**12}, {"nbf": 1}, {"nbf": None, "jti": None}],
    ids=["no-moments", "no-near-end", "old", "no-nbf"],
)
async def test_oidc_core_6_2_what_stays_at_an_address_may_be_old(
    server: ObjectServer, signer: Signer, session: Session, changes: dict[str, Any]
) -> None:
    server.publish(signer.request_object(**changes))

    assert await is_answered(signer, server.uri)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1}, {"exp": "never"}, {"exp": True}, {"nbf": 10**12}, {"iat": 10**12}, {"iat": "now"}, {"iss": None},
        {"aud": None}, {"aud": "https://other.example"}, {"client_id": "somebody-else"}, {"request_uri": "https://x"},
        {"request": "e30.e30."}, {"sub": "itself"},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("is_signed", [True, False], ids=["signed", "unsigned"])
async def test_a_wrong_object_is_refused(
    server: ObjectServer, signer: Signer, session: Session, changes: dict[str, Any], is_signed: bool
) -> None:
    if changes.get("sub"):
        changes = {"sub": signer.client.id}
    if is_signed:
        server.publish(signer.request_object(**changes))
    else:
        # Left out it would mean the client and us.
        server.publish(unsigned({**signer.request_claims(), **changes}))

    await assert_refused(signer, server.uri, "invalid_request_object")


async def test_a_foreign_signature_is_refused(server: ObjectServer, signer: Signer, session: Session) -> None:
    server.publish(KeyPair().sign(signer.request_claims(), typ=TYP))

    await assert_refused(signer, server.uri, "invalid_request_object")


@pytest.mark.parametrize("alg", [None, "none"])
async def test_oidc_core_6_1_an_unsigned_object_is_proved_by_its_address(
    browser: httpx.AsyncClient, server: ObjectServer, session: Session, alg: str | None
) -> None:
    signer = await make_signing_party(browser, request_uris=(server.uri,), request_object_signing_alg=alg)
    server.publish(unsigned(signer.params(client_id=None)))

    answer = answer_of(await go(signer, server.uri))

    assert answer["state"] == "state-1"
    assert claims_of((await signer.redeem(answer["code"])).json()["id_token"])["nonce"] == "nonce-1"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"request_object_signing_alg": "ES256"}, "request_not_supported"),
        ({"require_signed_request_object": True}, "request_not_supported"),
        ({"require_pushed_authorization_requests": True}, "invalid_request"),
        ({"require_pushed_authorization_requests": True, "dpop_bound_access_tokens": True}, "invalid_request"),
    ],
    ids=["algorithm", "signs", "pushes", "fapi"],
)
async def test_who_has_to_sign_or_push_is_held_to_it(
    browser: httpx.AsyncClient, server: ObjectServer, session: Session, changes: dict[str, Any], error: str
) -> None:
    signer = await make_signing_party(browser, request_uris=(server.uri,), **changes)
    server.publish(unsigned(signer.params()))

    await assert_refused(signer, server.uri, error)


async def test_fapi2_message_signing_5_3_1_who_always_signs_keeps_its_moments(
    browser: httpx.AsyncClient, server: ObjectServer, session: Session
) -> None:
    uris = (server.at("/good"), server.at("/no-end"))
    signer = await make_signing_party(browser, request_uris=uris, require_signed_request_object=True)
    server.publish(signer.request_object(), "/good")
    server.publish(signer.request_object(exp=None), "/no-end")

    await assert_refused(signer, uris[1], "invalid_request_object")
    assert await is_answered(signer, uris[0])


async def test_registration_2_who_registered_none_signs_by_nothing(
    browser: httpx.AsyncClient, server: ObjectServer, session: Session
) -> None:
    signer = await make_signing_party(browser, request_uris=(server.uri,), request_object_signing_alg="none")
    server.publish(signer.request_object())

    await assert_refused(signer, server.uri, "invalid_request_object")


@pytest.mark.parametrize(
    "header", [{"alg": "None"}, {"alg": ""}, {"crit": ["exp"]}, {"jku": "https://evil.example/"}, {"typ": "at+jwt"}],
    ids=str,
)  # fmt: skip
async def test_rfc8725_3_1_an_unsigned_object_says_so_and_nothing_odd(
    server: ObjectServer, signer: Signer, session: Session, header: dict[str, Any]
) -> None:
    server.publish(unsigned(signer.params(), **header))

    await assert_refused(signer, server.uri, "invalid_request_object")


async def test_an_unsigned_object_with_a_signature_is_refused(
    server: ObjectServer, signer: Signer, session: Session
) -> None:
    server.publish(unsigned(signer.params(), signature="c2ln"))

    await assert_refused(signer, server.uri, "invalid_request_object")


async def test_by_value_an_unsigned_object_is_for_who_registered_none(
    browser: httpx.AsyncClient, signer: Signer, session: Session
) -> None:
    plain = await make_signing_party(browser, request_object_signing_alg="none")
    request = unsigned(plain.params())

    refused = answer_of(await signer.refusal(unsigned(signer.params())))

    assert refused["error"] == "request_not_supported"
    assert "code" in answer_of(await plain.ask(request))


@pytest.mark.parametrize(
    "changes",
    [{"dpop_bound_access_tokens": True, "require_pushed_authorization_requests": True}, {}],
    ids=["fapi", "none"],
)
async def test_nothing_unsigned_is_pushed(browser: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    plain = await make_signing_party(browser, request_object_signing_alg="none", **changes)

    answer = await plain.post("/oauth2/par", {"request": unsigned(plain.params())})

    assert (answer.status_code, answer.json()["error"]) == (400, "request_not_supported")


async def test_rfc9126_2_1_an_address_is_not_pushed_and_counts_at_no_other_endpoint(
    server: ObjectServer, signer: Signer
) -> None:
    form: dict[str, str | None] = {"request_uri": server.uri}

    pushed = await signer.post("/oauth2/par", form)
    others = [await signer.post(path, form) for path in ("/oauth2/token", "/oauth2/device_authorization")]

    assert pushed.json()["error"] == "invalid_request"
    assert [answer.status_code for answer in others] == [400, 400]
    assert server.asked == []


@pytest.mark.parametrize(
    "asked",
    ["/other.jwt", "/request.jwt?", "/request.jwt#", "/request.jwt#hash", "//request.jwt", "/%72equest.jwt"],
)
async def test_an_address_that_is_not_registered_to_the_letter_is_not_called(
    server: ObjectServer, signer: Signer, session: Session, asked: str
) -> None:
    server.publish(signer.request_object(), asked.partition("#")[0])

    await assert_refused(signer, server.at(asked))

    assert server.asked == []


async def test_an_address_with_a_user_name_is_neither_registered_nor_called(
    server: ObjectServer, signer: Signer, session: Session
) -> None:
    uri = f"http://ada:secret@localhost:{server.port}/request.jwt"

    with pytest.raises(InputProblems):
        await commit(update_client(SYSTEM, signer.client.id, ClientChanges(request_uris=(uri,))))
    await assert_refused(signer, uri)

    assert server.asked == []


async def test_the_address_of_another_client_is_not_called(
    browser: httpx.AsyncClient, server: ObjectServer, signer: Signer, session: Session
) -> None:
    other = await make_signing_party(browser, request_uris=(server.at("/other.jwt"),))
    server.publish(signer.request_object())

    await assert_refused(other, server.uri)

    assert server.asked == []


async def test_the_request_of_another_client_is_refused_although_its_address_is_registered(
    browser: httpx.AsyncClient, server: ObjectServer, signer: Signer, session: Session
) -> None:
    thief = await make_signing_party(browser, request_uris=(server.uri,))
    server.publish(signer.request_object())
    assert await is_answered(signer, server.uri)

    answer = answer_of(await go(thief, server.uri))

    assert answer["error"] == "invalid_request_object"


@pytest.mark.parametrize(
    "uri",
    [
        "https://127.0.0.1/r", "https://localhost/r", "https://[::1]/r", "https://10.0.0.8/r",
        "https://169.254.169.254/latest/meta-data", "https://192.168.1.1/r", "https://[::ffff:10.0.0.1]/r",
        "https://2130706433/r", "https://0x7f.1/r", "http://localhost/r",
    ],
)  # fmt: skip
async def test_private_addresses_are_not_called(browser: httpx.AsyncClient, session: Session, uri: str) -> None:
    signer = await make_signing_party(browser, request_uris=(uri,))

    with capture_logs() as logged:
        await assert_refused(signer, uri)

    codes = {entry["code"] for entry in logged if entry["event"] == "request_uri.not_read"}
    assert len(codes) == 1
    assert codes <= {"http_address_refused", "http_scheme_refused", "http_url_invalid"}


async def test_loopback_takes_the_permission_of_an_operator(
    server: ObjectServer, signer: Signer, session: Session
) -> None:
    server.publish(signer.request_object())

    with override(outbound_allow=()):
        await assert_refused(signer, server.uri)

    assert server.asked == []


async def test_redirects_are_not_followed(server: ObjectServer, signer: Signer, session: Session) -> None:
    server.publish(b"")
    server.publish(signer.request_object(), "/elsewhere")
    server.status, server.headers = "302 Found", [f"location: {server.at('/elsewhere')}"]

    await assert_refused(signer, server.uri)

    assert server.asked == ["/request.jwt"]


@pytest.mark.parametrize("size", [MAX_FOREIGN_BYTES + 1, 10_000_000])
async def test_a_huge_answer_is_cut_off(server: ObjectServer, signer: Signer, session: Session, size: int) -> None:
    server.publish(b"x" * size)

    await assert_refused(signer, server.uri)


async def test_a_slow_answer_is_given_up(
    server: ObjectServer, signer: Signer, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_uris, "TIMEOUT", timedelta(milliseconds=50))
    server.hangs = True

    await assert_refused(signer, server.uri)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", "204 No Content", "invalid_request_uri"),
        (b"", "404 Not Found", "invalid_request_uri"),
        (b"", "500 Oops", "invalid_request_uri"),
        (b"", "200 OK", "invalid_request_object"),
        (b"<html>", "200 OK", "invalid_request_object"),
        (b"\xff\xfe.\xff.\xff", "200 OK", "invalid_request_object"),
        (b"{}", "200 OK", "invalid_request_object"),
    ],
)
async def test_what_is_no_request_is_refused(
    server: ObjectServer, signer: Signer, session: Session, body: bytes, status: str, error: str
) -> None:
    server.publish(body)
    server.status = status

    await assert_refused(signer, server.uri, error)


async def test_a_refusal_does_not_go_where_only_the_object_says(
    browser: httpx.AsyncClient, server: ObjectServer, session: Session
) -> None:
    signer = await make_signing_party(browser, request_uris=(server.uri,), redirect_uris=(CALLBACK, f"{CALLBACK}/b"))
    server.publish(KeyPair().sign(signer.request_claims(), typ=TYP))

    answer = await browser.get("/oauth2/authorize", params={"client_id": signer.client.id, "request_uri": server.uri})

    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_what_was_fetched_is_kept_for_a_moment(server: ObjectServer, signer: Signer, session: Session) -> None:
    server.publish(signer.request_object())
    with clock.frozen() as now:
        answers = await asyncio.gather(*(go(signer, server.uri) for _ in range(8)))
        now.advance(FRESH - timedelta(seconds=1))
        assert await is_answered(signer, server.uri)
        asked = len(server.asked)
        now.advance(timedelta(seconds=1))
        assert await is_answered(signer, server.uri)

    assert all("code" in answer_of(answer) for answer in answers)
    assert (asked, len(server.asked)) == (1, 2)


async def test_oidc_core_6_2_under_another_fragment_it_is_fetched_anew(
    browser: httpx.AsyncClient, server: ObjectServer, session: Session
) -> None:
    uris = (server.at("/request.jwt#first"), server.at("/request.jwt#second"))
    signer = await make_signing_party(browser, request_uris=uris)
    states = []
    for uri in uris:
        server.publish(signer.request_object(state=uri[-5:]))
        states.append(answer_of(await go(signer, uri))["state"])

    assert states == ["first", "econd"]
    assert server.asked == ["/request.jwt", "/request.jwt"]


async def test_what_is_kept_does_not_outlive_its_own_end(
    server: ObjectServer, signer: Signer, session: Session
) -> None:
    with clock.frozen() as now:
        server.publish(signer.request_object(exp=clock.timestamp() + 10, jti="once"))
        assert await is_answered(signer, server.uri)
        now.advance(timedelta(seconds=10))

        answer = answer_of(await go(signer, server.uri))

    assert answer["error"] == "invalid_request_object"
    assert len(server.asked) == 1


async def test_what_was_published_without_an_end_is_no_request_by_value(
    signer: Signer, server: ObjectServer, session: Session
) -> None:
    request = signer.request_object(exp=None, nbf=None)
    server.publish(request)
    assert await is_answered(signer, server.uri)

    for answer in (await signer.refusal(request), await signer.post("/oauth2/par", {"request": request})):
        told = answer_of(answer) if answer.has_redirect_location else answer.json()
        assert told["error"] == "invalid_request_object"


@pytest.mark.parametrize(
    "spoil",
    [lambda s: setattr(s, "status", "503 Away"), lambda s: s.publish(b"x" * 9_000)],
    ids=["away", "too-large"],
)
async def test_an_address_that_failed_is_left_alone_for_a_moment(
    server: ObjectServer, signer: Signer, session: Session, spoil: Callable[[ObjectServer], None]
) -> None:
    server.publish(signer.request_object())
    spoil(server)
    with clock.frozen() as now:
        assert not await is_answered(signer, server.uri)
        server.status = "200 OK"
        server.publish(signer.request_object())
        now.advance(FRESH - timedelta(seconds=1))
        assert not await is_answered(signer, server.uri)
        asked = len(server.asked)
        now.advance(timedelta(seconds=1))
        assert await is_answered(signer, server.uri)

    assert (asked, len(server.asked)) == (1, 2)


@pytest.mark.parametrize("limit", [PER_ADDRESS, PER_CLIENT, PER_HOST], ids=lambda limit: limit.name)
async def test_nobody_makes_us_call_without_end(
    browser: httpx.AsyncClient, server: ObjectServer, session: Session, limit: RateLimit
) -> None:
    uris = (server.at("/a"), server.at("/b"))
    signer = await make_signing_party(browser, request_uris=uris)
    server.publish(signer.request_object(), "/a")
    buckets = {PER_ADDRESS: "127.0.0.1", PER_CLIENT: signer.client.id, PER_HOST: "localhost"}
    with clock.frozen():
        await count_hit(limit, buckets[limit], cost=limit.hits - 1)
        assert await is_answered(signer, uris[0])

        answer = answer_of(await go(signer, uris[1]))
        kept = await is_answered(signer, uris[0])

    assert answer["error"] == "temporarily_unavailable"
    assert kept
    assert server.asked == ["/a"]


async def test_the_memory_is_bounded(
    browser: httpx.AsyncClient, server: ObjectServer, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_KEPT == 1_000
    monkeypatch.setattr(request_uris, "MAX_KEPT", 1)
    uris = (server.at("/a"), server.at("/b"))
    signer = await make_signing_party(browser, request_uris=uris)
    for path in ("/a", "/b"):
        server.publish(signer.request_object(), path)
    for uri in (uris[0], uris[1], uris[0]):
        assert await is_answered(signer, uri)

    assert server.asked == ["/a", "/b", "/a"]


async def test_a_refusal_leaves_one_row_with_its_reason(server: ObjectServer, signer: Signer, session: Session) -> None:
    before = await db.fetch_value("SELECT count(*) FROM events_audit")

    await assert_refused(signer, server.at("/other.jwt"))

    rows = await db.fetch("SELECT reason, outcome FROM events_audit ORDER BY seq")
    assert [tuple(row) for row in rows[before:]] == [("oidc_invalid_request_uri", "denied")]


async def test_a_public_client_may_publish_requests_too(
    browser: httpx.AsyncClient, server: ObjectServer, session: Session
) -> None:
    made = await commit(
        create_client(
            SYSTEM,
            NewClient(
                name="Pages", kind=ClientKind.SPA, is_first_party=True, redirect_uris=(CALLBACK,),
                request_uris=(server.uri,),
            ),
        )
    )  # fmt: skip
    signer = Signer(made.client, made.secret, browser, key=KeyPair())
    server.publish(unsigned(signer.params()))

    assert await is_answered(signer, server.uri)


async def test_a_client_that_registered_itself_does_not_reach_what_operators_opened(
    browser: httpx.AsyncClient, server: ObjectServer, signer: Signer, session: Session
) -> None:
    stranger = await make_signing_party(browser, request_uris=(server.uri,))
    await describe_itself(stranger.client.id)
    server.publish(signer.request_object())

    await assert_refused(stranger, server.uri)

    assert server.asked == []
    # Nor does it keep the clients of operators from asking there.
    assert await is_answered(signer, server.uri)
    assert len(server.asked) == 1
