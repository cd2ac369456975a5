"""Bound tokens at everything that takes access tokens (RFC 9449 §7 and §9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from app.kit import clock, db
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.live import CHECK, EVALUATION, LIST, WITH_API, make_asker
from tests.oidc.machines import KeyPair
from tests.oidc.proving import USERINFO, Prover, bound_tokens
from tests.oidc.support import Party, claims_of, make_party
from tests.support import read_audit

ALGS = 'algs="ES256 PS256 EdDSA Ed25519"'
Ask = Callable[[httpx.AsyncClient, dict[str, str]], Awaitable[httpx.Response]]

_CHECK = {"entityType": "document", "entityId": "1", "permission": "read"}


def _evaluation(headers: dict[str, str]) -> dict[str, object]:
    return {
        "subject": {"type": "user", "id": claims_of(headers["authorization"].split()[1])["sub"]},
        "action": {"name": "read"},
        "resource": {"type": "document", "id": "1"},
    }


# Everything that takes access tokens: how it is asked, by which method, and where.
RESOURCES: dict[str, tuple[str, str, Ask]] = {
    "userinfo": ("GET", USERINFO, lambda browser, headers: browser.get(USERINFO, headers=headers)),
    "userinfo by POST": ("POST", USERINFO, lambda browser, headers: browser.post(USERINFO, headers=headers)),
    "check": ("POST", CHECK, lambda browser, headers: browser.post(CHECK, json=_CHECK, headers=headers)),
    "batch": (
        "POST",
        f"{CHECK}/batch",
        lambda browser, headers: browser.post(f"{CHECK}/batch", json={"checks": [_CHECK]}, headers=headers),
    ),
    "list": (
        "GET",
        LIST,
        lambda browser, headers: browser.get(
            LIST, params={"entityType": "document", "permission": "read"}, headers=headers
        ),
    ),
    "AuthZEN": (
        "POST",
        EVALUATION,
        lambda browser, headers: browser.post(EVALUATION, json=_evaluation(headers), headers=headers),
    ),
    "GraphQL": (
        "POST",
        "/graphql",
        lambda browser, headers: browser.post("/graphql", json={"query": "{ viewer { id } }"}, headers=headers),
    ),
}


@pytest.fixture
async def party(browser: httpx.AsyncClient) -> Party:
    """An application of our own that may use our API for its users."""
    return await make_party(browser, scopes=("openid", "profile", "auther:api"))


@pytest.fixture
def prover() -> Prover:
    return Prover()


@pytest.fixture
async def token(party: Party, session: Session, user: User, prover: Prover) -> str:
    """A bound token of Ada's, for everything."""
    await make_asker(party, user)
    found = (await bound_tokens(party, prover, scope=WITH_API))["access_token"]
    party.browser.cookies.clear()
    return str(found)


def is_refused(answer: httpx.Response, scheme: str, error: str) -> bool:
    told = answer.headers.get("www-authenticate", "")
    return answer.status_code == 401 and told.startswith(scheme) and f'error="{error}"' in told


@pytest.mark.parametrize("name", list(RESOURCES))
async def test_rfc9449_7_1_a_bound_token_with_its_proof_is_taken(
    party: Party, prover: Prover, token: str, name: str
) -> None:
    method, path, ask = RESOURCES[name]

    answer = await ask(party.browser, prover.shows(token, path, method))

    assert answer.status_code == 200, answer.text
    assert answer.headers["dpop-nonce"]


@pytest.mark.parametrize("name", list(RESOURCES))
async def test_rfc9449_7_2_a_bound_token_sent_as_bearer_is_refused(party: Party, token: str, name: str) -> None:
    _, _, ask = RESOURCES[name]

    answer = await ask(party.browser, {"authorization": f"Bearer {token}"})

    assert is_refused(answer, "Bearer", "invalid_token")
    assert ", DPoP " in answer.headers["www-authenticate"]
    assert answer.headers["www-authenticate"].endswith(f", {ALGS}")


@pytest.mark.parametrize("name", list(RESOURCES))
@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("htm", "DELETE"),
        ("htu", "http://localhost:8000/elsewhere"),
        ("iat", 1_700_000_000),
        ("ath", None),
        ("ath", "x"),
    ],
)
async def test_rfc9449_4_3_a_proof_of_another_request_or_token_is_refused(
    party: Party, prover: Prover, token: str, name: str, claim: str, value: object
) -> None:
    method, path, ask = RESOURCES[name]

    answer = await ask(party.browser, prover.shows(token, path, method, **{claim: value}))

    assert is_refused(answer, "DPoP", "invalid_dpop_proof")
    assert await db.fetch_value("SELECT count(*) FROM oidc_spent_proof") == 1  # that of the token endpoint


@pytest.mark.parametrize("name", list(RESOURCES))
async def test_rfc9449_9_a_proof_without_nonce_is_told_one(party: Party, prover: Prover, token: str, name: str) -> None:
    method, path, ask = RESOURCES[name]

    told = await ask(party.browser, prover.shows(token, path, method, nonce=None))
    again = await ask(party.browser, prover.shows(token, path, method, nonce=told.headers["dpop-nonce"]))

    assert is_refused(told, "DPoP", "use_dpop_nonce")
    assert again.status_code == 200
    assert [each for each in await read_audit() if each.action == "endpoint.denied"] == []


@pytest.mark.parametrize("name", list(RESOURCES))
async def test_rfc9449_7_1_a_proof_of_another_key_is_refused(party: Party, token: str, name: str) -> None:
    method, path, ask = RESOURCES[name]

    answer = await ask(party.browser, Prover().shows(token, path, method))

    assert is_refused(answer, "DPoP", "invalid_token")


@pytest.mark.parametrize("name", list(RESOURCES))
async def test_a_token_without_proof_is_refused(party: Party, token: str, name: str) -> None:
    _, _, ask = RESOURCES[name]

    answer = await ask(party.browser, {"authorization": f"DPoP {token}"})

    assert is_refused(answer, "DPoP", "invalid_dpop_proof")


@pytest.mark.parametrize("name", list(RESOURCES))
async def test_a_bearer_token_does_not_become_another_by_its_scheme(
    party: Party, session: Session, user: User, prover: Prover, name: str
) -> None:
    method, path, ask = RESOURCES[name]
    bare = (await make_asker(party, user, scope=WITH_API)).token
    party.browser.cookies.clear()

    answer = await ask(party.browser, prover.shows(bare, path, method))

    assert is_refused(answer, "DPoP", "invalid_token")


async def test_a_bound_token_in_the_body_is_a_bearer_token(party: Party, token: str) -> None:
    answer = await party.browser.post(USERINFO, data={"access_token": token})

    assert is_refused(answer, "Bearer", "invalid_token")


async def test_rfc9449_7_1_a_token_that_ended_is_refused_in_the_scheme_it_came_in(
    party: Party, prover: Prover, token: str
) -> None:
    await party.post("/oauth2/revoke", {"token": token})

    answer = await party.browser.get(USERINFO, headers=prover.shows(token))

    assert is_refused(answer, "DPoP", "invalid_token")


async def test_a_remembered_token_needs_a_proof_each_time(party: Party, prover: Prover, token: str) -> None:
    first = await party.browser.get(USERINFO, headers=prover.shows(token))
    second = await party.browser.get(USERINFO, headers=prover.shows(token))
    bare = await party.browser.get(USERINFO, headers={"authorization": f"Bearer {token}"})

    assert [each.status_code for each in (first, second, bare)] == [200, 200, 401]


async def test_rsa_and_edwards_keys_prove_as_well(party: Party, session: Session) -> None:
    for alg in ("PS256", "EdDSA"):
        prover = Prover(KeyPair(alg))
        token = (await bound_tokens(party, prover))["access_token"]

        assert (await party.browser.get(USERINFO, headers=prover.shows(token))).status_code == 200


async def test_cors_lets_pages_send_proofs_and_read_nonces(
    public_party: Party, session: Session, prover: Prover
) -> None:
    origin = {"origin": "https://app.example.com"}
    token = (await bound_tokens(public_party, prover))["access_token"]

    ahead = await public_party.browser.options(USERINFO, headers=origin)
    answer = await public_party.browser.get(USERINFO, headers={**origin, **prover.shows(token, nonce=None)})

    assert "dpop" in ahead.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == origin["origin"]
    assert "DPoP-Nonce" in answer.headers["access-control-expose-headers"]
    assert "WWW-Authenticate" in answer.headers["access-control-expose-headers"]


async def test_a_refused_proof_says_nothing_of_what_was_sent(party: Party, prover: Prover, token: str) -> None:
    with clock.frozen():
        answer = await party.browser.get(USERINFO, headers=prover.shows(token, htu="https://secret.example.com/"))

    assert "secret" not in answer.text + answer.headers["www-authenticate"]
