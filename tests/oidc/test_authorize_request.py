"""What is wrong with a request of a known client goes to that client; what is right gives a code."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from app.clients.service import forget_clients
from app.clients.types import ClientKind
from app.kit import db
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.requesting import push
from tests.oidc.support import CALLBACK, CHALLENGE, Party, answer_of, claims_of, encode, make_party
from tests.support import ISSUER


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": 'openid "quoted"'}, "invalid_scope"),
        ({"scope": "unknown things"}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "whatever"}, "invalid_request"),
        ({"nonce": "n" * 1_025}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "9" * 30}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://app.example.com/r"}, "invalid_request_uri"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"claims": "no json"}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"claims": '{"userinfo": {"name": 1}}'}, "invalid_request"),
        ({"claims": '{"userinfo": {"name": "%s"}}' % ("x" * 5_000)}, "invalid_request"),
        ({"id_token_hint": "not.a.token"}, "invalid_request"),
    ],
)
async def test_rfc6749_4_1_2_1_errors_go_to_the_client(
    party: Party, session: Session, changes: dict[str, str | None], error: str
) -> None:
    answer = answer_of(await party.authorize(**changes))

    assert answer["error"] == error
    assert answer["state"] == "state-1"
    assert answer["iss"] == ISSUER
    assert "code" not in answer
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 0


async def test_rfc6749_3_1_a_parameter_sent_twice_is_refused(party: Party, session: Session) -> None:
    pairs: list[tuple[str, Any]] = [*party.params().items(), ("scope", "openid")]

    answer = answer_of(await party.browser.get("/oauth2/authorize", params=pairs))

    assert answer["error"] == "invalid_request"


async def test_a_state_sent_twice_is_not_sent_back(party: Party, session: Session) -> None:
    pairs: list[tuple[str, Any]] = [*party.params().items(), ("state", "other")]

    answer = answer_of(await party.browser.get("/oauth2/authorize", params=pairs))

    assert answer == {
        "error": "invalid_request",
        "error_description": "A parameter came more than once.",
        "iss": ISSUER,
    }


async def test_rfc6749_3_1_unknown_parameters_are_ignored(party: Party, session: Session) -> None:
    answer = answer_of(await party.authorize(extra="foobar", display="popup", claims_locales="de"))

    assert set(answer) == {"code", "state", "iss"}


async def test_rfc6749_3_1_an_empty_parameter_counts_as_absent(party: Party, session: Session) -> None:
    answer = answer_of(await party.authorize(prompt="", max_age="", claims="", request=""))

    assert "code" in answer


async def test_rfc9207_2_a_success_carries_iss(party: Party, session: Session) -> None:
    answer = answer_of(await party.authorize())

    assert answer["iss"] == ISSUER
    assert answer["state"] == "state-1"
    assert answer["code"].startswith("acd_")


async def test_rfc6749_10_10_a_code_has_256_bits_and_only_its_hash_is_stored(party: Party, session: Session) -> None:
    code = await party.code()

    assert len(code.removeprefix("acd_")) == 43
    row = await db.fetch_row("SELECT * FROM oidc_code")
    assert row is not None
    assert len(row["hash"]) == 32
    assert code not in repr(dict(row))


async def test_rfc7636_4_4_1_a_public_client_without_pkce_is_refused(public_party: Party, session: Session) -> None:
    answer = answer_of(await public_party.authorize(code_challenge=None, code_challenge_method=None))

    assert answer["error"] == "invalid_request"


async def test_a_public_client_cannot_be_exempt_from_pkce(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, kind=ClientKind.SPA)
    await db.execute("UPDATE clients_client SET require_pkce = FALSE")
    forget_clients()

    answer = answer_of(await party.authorize(code_challenge=None, code_challenge_method=None))

    assert answer["error"] == "invalid_request"


async def test_a_confidential_client_may_be_exempt_from_pkce(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, require_pkce=False)

    code = await party.code(code_challenge=None, code_challenge_method=None)

    assert (await party.redeem(code, code_verifier=None)).status_code == 200


async def test_rfc6749_3_3_scopes_that_are_not_registered_are_left_out_and_the_answer_says_so(
    party: Party, session: Session
) -> None:
    tokens = await party.tokens(scope="openid address email phone")

    assert tokens["scope"] == "openid email"
    assert claims_of(tokens["access_token"])["scope"] == "openid email"


async def test_a_request_without_nonce_succeeds_for_the_code_flow(party: Party, session: Session) -> None:
    tokens = await party.tokens(nonce=None)

    assert "nonce" not in claims_of(tokens["id_token"])


async def test_oidc_core_3_1_2_1_a_post_goes_on_as_a_get(party: Party, session: Session) -> None:
    answer = await party.browser.post("/oauth2/authorize", data=party.params(state="a b&c=d"))

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/oauth2/authorize?")
    assert answer_of(await party.browser.get(answer.headers["location"]))["state"] == "a b&c=d"


async def test_a_post_that_is_no_form_gives_a_page(party: Party) -> None:
    answer = await party.browser.post("/oauth2/authorize", json=party.params())

    assert answer.status_code == 400


async def test_oidc_core_5_5_claims_asked_for_one_by_one_come_where_they_were_asked_for(
    party: Party, session: Session
) -> None:
    wish = {"userinfo": {"name": {"essential": True}, "shoe_size": None}, "id_token": {"email": None}}

    tokens = await party.tokens(scope="openid", claims=orjson.dumps(wish).decode())

    id_token, userinfo = claims_of(tokens["id_token"]), (await party.userinfo(tokens["access_token"])).json()
    assert id_token["email"] == "ada@example.com"
    assert "name" not in id_token
    assert userinfo == {"sub": id_token["sub"], "name": "Ada Lovelace"}


async def test_a_claim_whose_scope_the_client_lacks_is_left_out(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, scopes=("openid", "profile"))

    tokens = await party.tokens(scope="openid", claims='{"userinfo": {"email": null, "name": null}}')

    assert "email" not in (await party.userinfo(tokens["access_token"])).json()


async def test_oidc_core_5_5_1_a_required_subject_must_be_signed_in(party: Party, session: Session, user: User) -> None:
    def wish(subject: str) -> str:
        return orjson.dumps({"id_token": {"sub": {"value": subject}}}).decode()

    mine = answer_of(await party.authorize(claims=wish(user.id), prompt="none"))
    other = answer_of(await party.authorize(claims=wish("usr_somebody"), prompt="none"))

    assert "code" in mine
    assert other["error"] == "login_required"


async def test_claims_of_absurd_size_give_400(party: Party, session: Session) -> None:
    answer = await party.authorize(claims="x" * 20_000)

    assert answer.status_code == 400


async def test_a_second_request_url_with_encoded_state_comes_back_unchanged(party: Party, session: Session) -> None:
    state = '"><script>alert(1)</script> é \r\n#?&='

    answer = await party.browser.get(f"/oauth2/authorize?{encode(party.params(state=state))}")

    assert answer_of(answer)["state"] == state
    assert "\n" not in answer.headers["location"]


async def test_a_registered_query_is_kept(browser: httpx.AsyncClient, session: Session) -> None:
    uri = f"{CALLBACK}?tenant=7"
    party = await make_party(browser, redirect_uris=(uri,))

    answer = await party.authorize(redirect_uri=uri)

    assert answer.headers["location"].startswith(f"{uri}&code=acd_")


async def test_challenge_of_another_length_than_sha256_is_refused(party: Party, session: Session) -> None:
    answer = answer_of(await party.authorize(code_challenge=CHALLENGE + "A"))

    assert answer["error"] == "invalid_request"


async def test_a_nonce_that_is_as_long_as_it_may_be_comes_back(party: Party, session: Session) -> None:
    nonce = "n" * 1_024

    tokens = await party.tokens(nonce=nonce)

    assert claims_of(tokens["id_token"])["nonce"] == nonce


async def test_a_nonce_that_is_too_long_is_not_pushed_either(party: Party) -> None:
    answer = await push(party, nonce="n" * 1_025)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert await db.fetch_value("SELECT count(*) FROM oidc_pushed_request") == 0
