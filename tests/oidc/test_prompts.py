"""`prompt` in every combination, what a client registered for requests that say nothing, and essential claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

import httpx
import orjson
import pytest

from app.kit import clock, db
from app.kit.runtime import override
from app.sessions.service import find_flow, finish_flow
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.support import Party, answer_of, browser_id, claims_of, complete_flow, make_party, sign_in
from tests.support import commit

WORDS = ("login", "consent", "select_account", "create")
SETS = [words for count in range(len(WORDS) + 1) for words in combinations(WORDS, count)]
SIGNED_IN_AGAIN = {"login", "select_account", "create"}


@pytest.mark.parametrize("words", SETS, ids=lambda words: " ".join(words) or "nothing")
async def test_oidc_core_3_1_2_1_prompts_may_be_combined(
    browser: httpx.AsyncClient, party: Party, user: User, session: Session, words: Sequence[str]
) -> None:
    with override(signup_policy="open"):
        answer = await party.authorize(prompt=" ".join(words))
        location = answer.headers["location"]
        if SIGNED_IN_AGAIN & set(words):
            flow = await find_flow(location.partition("?flow=")[2], browser_id(browser))
            assert flow is not None
            assert flow.must_reauthenticate is ("login" in words)
            assert flow.must_choose_account is ("select_account" in words)
            assert flow.is_sign_up is ("create" in words)
            location = (await browser.get(await complete_flow(browser, answer, user))).headers["location"]

    assert location.startswith("/oauth2/consent/" if "consent" in words else "https://app.example.com/callback?code=")


@pytest.mark.parametrize("words", [each for each in SETS if each], ids=" ".join)
async def test_oidc_core_3_1_2_1_none_stands_alone(party: Party, session: Session, words: Sequence[str]) -> None:
    for prompt in (" ".join(("none", *words)), " ".join((*words, "none"))):
        assert answer_of(await party.authorize(prompt=prompt))["error"] == "invalid_request"


@pytest.mark.parametrize("prompt", ["Login", "login,consent", "none none x", "loginconsent"])
async def test_a_prompt_that_is_not_offered_is_refused(party: Party, session: Session, prompt: str) -> None:
    assert answer_of(await party.authorize(prompt=prompt))["error"] == "invalid_request"


async def test_rfc7591_2_default_max_age_counts_when_the_request_says_nothing(
    browser: httpx.AsyncClient, user: User
) -> None:
    party = await make_party(browser, default_max_age=60)
    with clock.frozen() as stopped:
        await sign_in(browser, user)
        stopped.advance(timedelta(seconds=60))
        assert "code" in answer_of(await party.authorize())

        stopped.advance(timedelta(seconds=1))
        late, silent = await party.authorize(), answer_of(await party.authorize(prompt="none"))
        named = answer_of(await party.authorize(max_age="3600"))

    assert late.headers["location"].startswith("/signin?flow=")
    assert silent["error"] == "login_required"
    assert "code" in named


async def test_a_default_max_age_of_zero_is_always_a_fresh_sign_in(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(browser, default_max_age=0)
    with clock.frozen() as stopped:
        await sign_in(browser, user)
        stopped.advance(timedelta(seconds=1))
        answer = await party.authorize()
        assert answer.headers["location"].startswith("/signin?flow=")

        code = answer_of(await browser.get(await complete_flow(browser, answer, user)))["code"]

        assert claims_of((await party.redeem(code)).json()["id_token"])["auth_time"] == clock.timestamp()


def essential(**wish: object) -> str:
    return orjson.dumps({"id_token": {"acr": {"essential": True, **wish}}}).decode()


@pytest.mark.parametrize("wish", [{"value": "pwd"}, {"values": ["urn:unknown", "pwd"]}, {}, {"values": []}])
async def test_oidc_core_5_5_1_1_an_essential_acr_that_is_met_passes(
    party: Party, session: Session, wish: dict[str, object]
) -> None:
    tokens = await party.tokens(claims=essential(**wish))

    assert claims_of(tokens["id_token"])["acr"] == "pwd"


@pytest.mark.parametrize("wish", [{"value": "urn:unknown"}, {"values": ["urn:unknown", "urn:mace:silver"]}])
async def test_oidc_core_5_5_1_1_an_essential_acr_that_cannot_be_met_is_an_error(
    party: Party, session: Session, wish: dict[str, object]
) -> None:
    for prompt in (None, "none"):
        answer = answer_of(await party.authorize(claims=essential(**wish), prompt=prompt))

        assert answer["error"] == "unmet_authentication_requirements"
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 0


async def test_oidc_core_5_5_1_1_an_unknown_acr_that_is_only_wished_for_is_none(party: Party, session: Session) -> None:
    wish = orjson.dumps({"id_token": {"acr": {"values": ["urn:unknown"]}}}).decode()

    assert "code" in answer_of(await party.authorize(claims=wish))
    assert "code" in answer_of(await party.authorize(acr_values="urn:unknown urn:other"))


async def test_rfc7591_2_default_acr_values_count_when_the_request_names_none(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, default_acr_values=("mfa",))

    silent = answer_of(await party.authorize(prompt="none"))
    named = answer_of(await party.authorize(acr_values="pwd"))

    assert silent["error"] == "login_required"
    assert "code" in named


async def test_oidc_core_5_5_1_an_essential_claim_that_the_user_lacks_is_no_error(
    party: Party, session: Session
) -> None:
    wish = orjson.dumps({"userinfo": {"picture": {"essential": True}}, "id_token": {"auth_time": {"essential": True}}})

    tokens = await party.tokens(claims=wish.decode())

    assert "picture" not in (await party.userinfo(tokens["access_token"])).json()
    assert claims_of(tokens["id_token"])["auth_time"] == int(session.auth_time.timestamp())


@pytest.mark.parametrize("display", ["page", "popup", "touch", "wap", "hologram"])
async def test_oidc_core_3_1_2_1_display_and_locales_are_wishes(party: Party, session: Session, display: str) -> None:
    answer = await party.authorize(display=display, claims_locales="de fr", ui_locales="tlh de")

    assert "code" in answer_of(answer)


async def test_a_login_hint_of_absurd_length_is_none(browser: httpx.AsyncClient, party: Party) -> None:
    answer = await party.authorize(login_hint="x" * 5_000)

    flow = await find_flow(answer.headers["location"].partition("?flow=")[2], browser_id(browser))
    assert flow is not None
    assert flow.login_hint is None


async def test_an_account_is_chosen_on_a_page_that_offers_another_one(
    browser: httpx.AsyncClient, party: Party, user: User, session: Session
) -> None:
    answer = await party.authorize(prompt="select_account")

    page = await browser.get(answer.headers["location"])

    assert page.status_code == 200
    assert user.email in page.text
    assert 'id="continue"' in page.text
    assert 'id="other"' in page.text


async def test_the_present_account_may_be_kept(browser: httpx.AsyncClient, party: Party, session: Session) -> None:
    answer = await party.authorize(prompt="select_account")
    flow = await find_flow(answer.headers["location"].partition("?flow=")[2], browser_id(browser))
    assert flow is not None
    await commit(finish_flow(flow.id, session.id))

    assert "code" in answer_of(await browser.get(flow.return_to))


async def test_rfc6749_3_1_a_request_may_be_posted_by_another_site(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    """Browsers keep `SameSite=Lax` cookies back from such a POST: it goes on as a GET, which has them."""
    cookies = dict(browser.cookies)
    browser.cookies.clear()
    posted = await browser.post("/oauth2/authorize", data=party.params(), headers={"origin": "https://app.example.com"})
    for name, value in cookies.items():
        browser.cookies.set(name, value, domain="localhost.local", path="/")

    answer = await browser.get(posted.headers["location"])

    assert posted.status_code == 303
    assert "code" in answer_of(answer)
