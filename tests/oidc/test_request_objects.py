"""Requests that the client signed (RFC 9101, OpenID Connect Core §6.1)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.kit import clock, db
from app.kit.crypto import b64url
from app.sessions.types import Session
from app.signing.service import sign_jwt
from app.users.types import User
from tests.oidc.machines import KeyPair
from tests.oidc.requesting import PREFIX, TYP, Signer, follow, make_signing_party
from tests.oidc.support import CALLBACK, answer_of, claims_of, complete_flow, make_party
from tests.support import ISSUER


@pytest.fixture
async def signer(browser: httpx.AsyncClient) -> Signer:
    return await make_signing_party(browser)


async def assert_refused(signer: Signer, request: str, error: str = "invalid_request_object") -> None:
    """Refused towards the client, and no code made."""
    answer = answer_of(await signer.refusal(request, state="outside"))

    assert answer["error"] == error, answer
    assert answer["state"] == "outside"
    assert answer["iss"] == ISSUER
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 0


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
async def test_rfc9101_5_1_a_signed_request_by_value_counts(
    browser: httpx.AsyncClient, session: Session, alg: str
) -> None:
    signer = await make_signing_party(browser, KeyPair(alg))

    answer = answer_of(await signer.ask(signer.request_object()))

    assert answer["state"] == "state-1"
    tokens = (await signer.redeem(answer["code"])).json()
    assert claims_of(tokens["id_token"])["nonce"] == "nonce-1"


@pytest.mark.parametrize("typ", [TYP, "OAuth-Authz-Req+JWT", f"application/{TYP}", "JWT", None])
async def test_rfc9101_4_its_type_is_its_own_or_just_jwt(signer: Signer, session: Session, typ: str | None) -> None:
    request = signer.key.sign(signer.request_claims(), typ=typ)

    assert "code" in answer_of(await signer.ask(request))


@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "logout+jwt", "client-authentication+jwt"])
async def test_rfc9101_10_8_1_a_token_of_another_type_is_refused(signer: Signer, session: Session, typ: str) -> None:
    await assert_refused(signer, signer.key.sign(signer.request_claims(), typ=typ))


async def test_rfc9101_10_8_a_request_object_does_not_prove_a_client(browser: httpx.AsyncClient) -> None:
    signer = await make_signing_party(browser, token_endpoint_auth_method="private_key_jwt")
    claims = signer.request_claims(sub=signer.client.id)

    answer = await signer.prove(signer.key.sign(claims, typ=TYP))

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_rfc9101_10_8_a_proof_of_a_client_is_no_request(signer: Signer, session: Session) -> None:
    await assert_refused(signer, signer.request_object(sub=signer.client.id))


async def test_rfc9101_6_3_parameters_beside_the_object_do_not_count(signer: Signer, session: Session) -> None:
    request = signer.request_object(scope="openid", state=None, nonce=None)

    answer = answer_of(
        await signer.ask(
            request, state="outside", nonce="outside", scope="openid email", redirect_uri="https://evil.example/",
            prompt="none login",
        )
    )  # fmt: skip

    assert "state" not in answer
    tokens = (await signer.redeem(answer["code"])).json()
    assert tokens["scope"] == "openid"
    assert "nonce" not in claims_of(tokens["id_token"])


async def test_oidc_core_6_1_numbers_and_objects_are_json(
    browser: httpx.AsyncClient, signer: Signer, session: Session, user: User
) -> None:
    wish = {"id_token": {"email": {"essential": True}}}

    answer = answer_of(await signer.ask(signer.request_object(scope="openid", max_age=3_600, claims=wish)))
    fresh = await signer.ask(signer.request_object(max_age=0))

    tokens = (await signer.redeem(answer["code"])).json()
    assert claims_of(tokens["id_token"])["email"] == user.email
    assert fresh.headers["location"].startswith("/signin?flow=")
    assert "code" in answer_of(await browser.get(await complete_flow(browser, fresh, user)))


async def test_unknown_claims_are_ignored(signer: Signer, session: Session) -> None:
    assert "code" in answer_of(await signer.ask(signer.request_object(extra=["a"], purpose={"b": 1})))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": None},
        {"iss": "somebody-else"},
        {"aud": None},
        {"aud": "https://other.example"},
        {"aud": f"{ISSUER}/"},
        {"aud": []},
        {"aud": {"iss": ISSUER}},
        {"client_id": None},
        {"client_id": "somebody-else"},
        {"request": "e30.e30."},
        {"request_uri": "https://app.example.com/r"},
        {"request_uri": f"{PREFIX}arq_x"},
        {"scope": ["openid"]},
        {"prompt": ["login"]},
        {"prompt": True},
        {"max_age": 1.5},
        {"claims": [1]},
        {"state": 0.5},
        {"state": "nul\0"},
        {"resource": {"a": 1}},
        {"resource": [1]},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"nbf": "now"},
        {"iat": "now"},
    ],
)
async def test_rfc9101_6_3_a_wrong_object_is_refused(signer: Signer, session: Session, changes: dict[str, Any]) -> None:
    await assert_refused(signer, signer.request_object(**changes))


@pytest.mark.parametrize(
    ("changes", "is_good"),
    [
        ({"exp": 1}, True),
        ({"exp": 0}, False),
        ({"exp": 3_600}, True),
        ({"exp": 3_601}, False),
        ({"exp": 10**15}, False),
        ({"nbf": 8, "iat": 8}, True),
        ({"nbf": 31}, False),
        ({"iat": 31}, False),
        ({"nbf": -3_300, "exp": 300}, True),
        ({"nbf": -3_300, "exp": 301}, False),
        ({"nbf": -3_601, "exp": 1}, False),
        ({"nbf": None, "exp": 3_600}, True),
        ({"nbf": None, "exp": 3_700}, False),
    ],
)
async def test_fapi2_message_signing_5_3_1_it_is_new_and_short(
    signer: Signer, session: Session, changes: dict[str, int | None], is_good: bool
) -> None:
    with clock.frozen():
        now = clock.timestamp()
        moments = {name: None if seconds is None else now + seconds for name, seconds in changes.items()}
        request = signer.request_object(**moments)

        if is_good:
            assert "code" in answer_of(await signer.ask(request))
        else:
            await assert_refused(signer, request)


async def test_its_audience_may_be_one_of_several(signer: Signer, session: Session) -> None:
    request = signer.request_object(aud=["https://other.example", ISSUER])

    assert "code" in answer_of(await signer.ask(request))


async def test_rfc9101_6_2_a_foreign_key_is_refused(
    browser: httpx.AsyncClient, signer: Signer, session: Session
) -> None:
    other = await make_signing_party(browser)

    await assert_refused(signer, KeyPair().sign(signer.request_claims(), typ=TYP))
    await assert_refused(signer, other.key.sign(signer.request_claims(), typ=TYP))
    await assert_refused(signer, await sign_jwt(signer.request_claims(), typ="JWT", alg="ES256"))


async def test_rfc9101_4_an_unsigned_request_is_not_supported(signer: Signer, session: Session) -> None:
    unsigned = signer.key.sign(signer.request_claims(), typ=None, alg="none").rpartition(".")[0] + "."

    await assert_refused(signer, unsigned, "request_not_supported")
    await assert_refused(signer, signer.key.sign(signer.request_claims(), alg="none"), "request_not_supported")


@pytest.mark.parametrize("alg", ["HS256", "RS256", "nOnE", "", None])
async def test_rfc8725_3_1_the_algorithm_is_one_of_the_key(signer: Signer, session: Session, alg: str | None) -> None:
    await assert_refused(signer, signer.key.sign(signer.request_claims(), typ=TYP, alg=alg))


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"]}, {"jku": "https://evil.example/"}, {"jwk": {"kty": "EC"}}, {"kid": "../../etc"}]
)
async def test_headers_that_would_choose_the_key_are_refused(
    signer: Signer, session: Session, header: dict[str, object]
) -> None:
    await assert_refused(signer, signer.key.sign(signer.request_claims(), typ=TYP, **header))


@pytest.mark.parametrize("text", ["x", "a.b.c", ".", "....", "x" * 9_000, "e30.e30.e30.e30.e30"])
async def test_malformed_objects_are_refused(signer: Signer, session: Session, text: str) -> None:
    await assert_refused(signer, text)


async def test_a_deeply_nested_object_is_refused_cheaply(signer: Signer, session: Session) -> None:
    head, _, tail = signer.request_object().partition(".")

    await assert_refused(signer, f"{head}.{b64url(b'[' * 5_000)}.{tail.rpartition('.')[2]}")
    nested: dict[str, Any] = {}
    for _ in range(200):
        nested = {"a": nested}
    answer = answer_of(await signer.ask(signer.request_object(claims={"userinfo": {"name": nested, "sub": 1}})))
    assert answer["error"] == "invalid_request"


async def test_ten_megabytes_are_a_400(signer: Signer) -> None:
    answer = await signer.browser.post(
        "/oauth2/authorize", data={"client_id": signer.client.id, "request": "x" * 10_000_000}
    )

    assert answer.status_code == 400


async def test_what_an_object_says_that_is_not_proved_is_not_believed(
    browser: httpx.AsyncClient, session: Session
) -> None:
    signer = await make_signing_party(browser, redirect_uris=(CALLBACK, f"{CALLBACK}/other"))
    forged = KeyPair().sign(signer.request_claims(), typ=TYP)

    answer = await signer.ask(forged)

    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_rfc9101_5_the_client_outside_is_the_client_inside(
    browser: httpx.AsyncClient, signer: Signer, session: Session
) -> None:
    other = await make_signing_party(browser)

    answer = await other.refusal(signer.request_object())

    assert answer_of(answer)["error"] == "invalid_request_object"


async def test_without_a_client_outside_there_is_a_page(signer: Signer, session: Session) -> None:
    answer = await signer.browser.get("/oauth2/authorize", params={"request": signer.request_object()})

    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_a_client_without_keys_cannot_sign(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser)
    signer = Signer(party.client, party.secret, browser, key=KeyPair())

    await assert_refused(signer, signer.request_object())


async def test_rfc7591_2_a_client_may_bind_itself_to_one_algorithm(
    browser: httpx.AsyncClient, session: Session
) -> None:
    signer = await make_signing_party(browser, request_object_signing_alg="PS256")

    await assert_refused(signer, signer.request_object())


async def test_rfc9101_10_5_a_client_may_have_to_sign(browser: httpx.AsyncClient, session: Session) -> None:
    signer = await make_signing_party(browser, require_signed_request_object=True)

    bare = answer_of(await signer.authorize())
    await assert_refused(signer, signer.request_object(nbf=None))
    signed = answer_of(await signer.ask(signer.request_object()))

    assert bare["error"] == "invalid_request"
    assert "code" in signed


@pytest.mark.parametrize("name", ["request", "request_uri"])
async def test_an_object_twice_is_refused(signer: Signer, session: Session, name: str) -> None:
    pairs: list[tuple[str, Any]] = [*signer.params().items(), (name, "a"), (name, "b")]

    answer = answer_of(await signer.browser.get("/oauth2/authorize", params=pairs))

    assert answer["error"] == "invalid_request"


async def test_a_sign_in_comes_back_to_the_signed_request(
    browser: httpx.AsyncClient, signer: Signer, user: User
) -> None:
    answer = await signer.ask(signer.request_object(state="signed"), state="outside")

    path = await complete_flow(browser, answer, user)

    assert answer_of(await browser.get(path))["state"] == "signed"


async def test_errors_in_a_good_object_go_where_it_says(signer: Signer, session: Session) -> None:
    answer = await signer.ask(signer.request_object(response_mode="fragment", scope="nothing", state="inside"))

    address, _, fragment = answer.headers["location"].partition("#")
    assert address == CALLBACK
    assert "error=invalid_scope" in fragment
    assert "state=inside" in fragment


async def test_rfc9126_3_a_signed_request_is_pushed(signer: Signer, session: Session) -> None:
    form: dict[str, str | None] = {
        "client_id": signer.client.id,
        "request": signer.request_object(scope="openid"),
        "scope": "openid email",
    }

    answer = await signer.post("/oauth2/par", form)

    assert answer.status_code == 201, answer.text
    code = answer_of(await follow(signer, answer.json()["request_uri"]))["code"]
    assert (await signer.redeem(code)).json()["scope"] == "openid"


async def test_rfc9126_3_the_client_in_a_pushed_object_is_the_one_that_proved_itself(
    browser: httpx.AsyncClient, signer: Signer
) -> None:
    other = await make_signing_party(browser)

    answer = await other.post("/oauth2/par", {"request": signer.request_object()})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request_object")
    assert await db.fetch_value("SELECT count(*) FROM oidc_pushed_request") == 0


async def test_a_client_that_has_to_sign_does_so_when_it_pushes(browser: httpx.AsyncClient) -> None:
    signer = await make_signing_party(browser, require_signed_request_object=True)

    bare = await signer.post("/oauth2/par", dict(signer.params()))
    signed = await signer.post("/oauth2/par", {"request": signer.request_object()})

    assert (bare.status_code, bare.json()["error"]) == (400, "invalid_request")
    assert signed.status_code == 201


async def test_a_request_uri_inside_a_pushed_object_is_refused(signer: Signer) -> None:
    answer = await signer.post("/oauth2/par", {"request": signer.request_object(request_uri=f"{PREFIX}arq_x")})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request_object")


async def test_a_refusal_leaves_one_row_with_its_reason_and_nothing_that_was_sent(
    signer: Signer, session: Session, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = KeyPair().sign(signer.request_claims(), typ=TYP)
    before = await db.fetch_value("SELECT count(*) FROM events_audit")

    await assert_refused(signer, forged)
    pushed = await signer.post("/oauth2/par", {"request": forged})

    rows = await db.fetch("SELECT to_jsonb(a)::text AS text, reason, outcome FROM events_audit a ORDER BY seq")
    told = [(row["reason"], row["outcome"]) for row in rows[before:]]
    assert pushed.status_code == 400
    assert told == [("oidc_invalid_request_object", "denied")] * 2
    everything = "".join(row["text"] for row in rows) + caplog.text + "".join(capsys.readouterr())
    assert forged not in everything
