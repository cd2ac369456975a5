"""Signing in through a provider: to it and back, whom it lets in, and whom not."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.sessions.service import resolve_session
from app.sessions.types import ResolvedSession
from app.upstream.service import update_provider
from app.upstream.service.going import ATTEMPT_TTL
from app.upstream.types import ProviderChanges
from app.users.service import ban_user, find_by_email
from tests.factors.support import give_app
from tests.login.support import Page, Visitor, failures
from tests.support import commit, make_user, read_audit
from tests.upstream.provider import ADA, CLIENT_ID, CLIENT_SECRET, Upstream, go, make_hub, make_provider, sign_in

OVER = "This sign-in took too long, or was begun elsewhere. Start again."
UNPROVED = (
    "There does not confirm here that your e-mail address is yours. "
    "If you have an account, sign in as before and connect There under Security."
)
INVALID = "The answer of There could not be accepted. Try another way."


async def session_of(visitor: Visitor) -> ResolvedSession | None:
    return await resolve_session(visitor.session_token or "")


async def identities() -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT subject, user_id FROM upstream_identity ORDER BY created_at, id")
    return [(row["subject"], row["user_id"]) for row in rows]


async def assert_nobody_came(visitor: Visitor, page: Page, alert: str) -> None:
    assert page.status >= 400
    assert page.alert == alert
    assert await session_of(visitor) is None
    assert await identities() == []


async def test_the_button_leads_to_the_provider_with_state_nonce_and_pkce(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)

    page = await visitor.get("/signin?next=/account/security")

    assert page.links["with-there"] == "/signin/with/there?next=%2Faccount%2Fsecurity"
    url = urlsplit(await go(visitor))
    asked = {name: value for name, (value,) in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{upstream.url}/authorize"
    assert (asked["tenant"], asked["response_type"], asked["client_id"]) == ("one", "code", CLIENT_ID)
    assert asked["redirect_uri"] == "http://localhost:8000/signin/with/there/callback"
    assert (asked["scope"], asked["code_challenge_method"]) == ("openid profile email", "S256")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3


async def test_somebody_new_gets_an_account_and_is_signed_in(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)

    page = await sign_in(visitor, upstream)

    assert (page.status, page.response.headers["location"]) == (303, "/admin/")
    session = await session_of(visitor)
    assert session is not None
    assert (session.user.email, session.user.email_verified, session.user.name) == (
        "ada@example.com",
        True,
        "Ada Lovelace",
    )
    assert (session.session.amr, session.session.acr) == (("fed",), "fed")
    assert await identities() == [("1815", session.user.id)]
    assert [event.action for event in await read_audit()][-3:] == [
        "user.created",
        "linked_identity.created",
        "session.created",
    ]
    assert upstream.redeemed[0]["authorization"].startswith("Basic ")
    assert CLIENT_SECRET not in str([(event.before, event.after) for event in await read_audit()])


async def test_somebody_known_is_found_by_subject_whatever_address_is_told(
    visitor: Visitor, upstream: Upstream
) -> None:
    await make_provider(upstream)
    await sign_in(visitor, upstream)
    first, token = await session_of(visitor), visitor.session_token
    upstream.person |= {"email": "countess@example.com", "name": "Somebody"}

    await sign_in(visitor, upstream)

    session = await session_of(visitor)
    assert session is not None
    assert first is not None
    assert session.user.id == first.user.id
    assert visitor.session_token != token
    assert session.user.email == "ada@example.com"
    assert len(await identities()) == 1


async def test_a_flow_of_an_application_goes_on(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    flow = await visitor.begin_flow(client_name="Diary")

    page = await visitor.get(upstream.consent(await go(visitor, flow=flow.id)))

    assert page.response.headers["location"] == "/oauth2/authorize/flw_x"


async def test_where_to_go_afterwards_stays_on_this_host(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)

    page = await visitor.get(upstream.consent(await go(visitor, next="//evil.example/")))

    assert page.response.headers["location"] == "/admin/"


async def test_a_second_factor_is_asked_for_as_after_a_password(
    visitor: Visitor, stranger: Visitor, upstream: Upstream
) -> None:
    await make_provider(upstream)
    await sign_in(stranger, upstream)
    known = await session_of(stranger)
    assert known is not None
    await give_app(known.user)

    page = await sign_in(visitor, upstream)

    assert page.response.headers["location"] == "/signin/second"
    assert await session_of(visitor) is None


async def test_whoever_is_banned_is_not_let_in(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    await sign_in(visitor, upstream)
    user = await find_by_email("ada@example.com")
    assert user is not None
    await commit(ban_user(SYSTEM, user.id))

    page = await sign_in(visitor, upstream)

    assert page.status == 403
    assert await session_of(visitor) is None
    assert (user.id, "login_suspended") in await failures()


@pytest.mark.parametrize(
    ("person", "provider", "is_verified_here", "alert"),
    [
        (ADA, {"trusts_email": True}, True, None),
        ({**ADA, "email_verified": False}, {"trusts_email": True}, True, UNPROVED),
        ({**ADA, "email_verified": None}, {"trusts_email": True}, True, UNPROVED),
        (ADA, {"trusts_email": False, "can_sign_up": False}, True, UNPROVED),
        (ADA, {"trusts_email": True}, False, "There is an account with your address already."),
    ],
    ids=["both proved", "unverified there", "nothing said", "not trusted", "unverified here"],
)
async def test_an_account_is_linked_by_address_only_when_both_sides_proved_it(
    visitor: Visitor,
    upstream: Upstream,
    person: dict[str, Any],
    provider: dict[str, Any],
    is_verified_here: bool,
    alert: str | None,
) -> None:
    user = await make_user("ADA@example.com", email_verified=is_verified_here)
    await make_provider(upstream, **provider)
    upstream.person = {name: value for name, value in person.items() if value is not None}

    page = await sign_in(visitor, upstream)

    if alert is None:
        session = await session_of(visitor)
        assert session is not None
        assert session.user.id == user.id
        assert await identities() == [("1815", user.id)]
        return
    assert page.alert is not None
    assert page.alert.startswith(alert)
    assert (await identities(), await session_of(visitor)) == ([], None)


@pytest.mark.parametrize(
    ("person", "provider", "alert"),
    [
        (ADA, {"can_sign_up": False}, "Nobody here is connected with this account of There. Ask an operator."),
        ({"sub": "1"}, {}, "There told no e-mail address, and an account here needs one."),
        ({"sub": "1", "email": "no address"}, {}, "There told no e-mail address, and an account here needs one."),
        ({**ADA, "email_verified": False}, {}, UNPROVED),
        (ADA, {"trusts_email": False, "can_sign_up": False}, UNPROVED),
    ],
    ids=["closed", "no address", "malformed address", "unproved address", "a word that does not count"],
)
async def test_an_account_is_made_only_for_a_proved_address(
    visitor: Visitor, upstream: Upstream, person: dict[str, Any], provider: dict[str, Any], alert: str
) -> None:
    await make_provider(upstream, **provider)
    upstream.person = person

    page = await sign_in(visitor, upstream)

    await assert_nobody_came(visitor, page, alert)
    assert await find_by_email("ada@example.com") is None


async def test_the_same_subject_at_two_providers_is_two_people(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    await make_provider(upstream, slug="elsewhere", name="Elsewhere")
    await sign_in(visitor, upstream)
    first = await session_of(visitor)
    upstream.person |= {"email": "bob@example.com"}

    await sign_in(visitor, upstream, "elsewhere")

    second = await session_of(visitor)
    assert first is not None
    assert second is not None
    assert first.user.id != second.user.id
    assert [subject for subject, _ in await identities()] == ["1815", "1815"]


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"aud": "somebody-else"}, {}),
        ({"aud": [CLIENT_ID, "another"]}, {}),
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, {}),
        ({"azp": "another"}, {}),
        ({"aud": None}, {}),
        ({"iss": "https://evil.example"}, {}),
        ({"iss": None}, {}),
        ({"nonce": "of another request"}, {}),
        ({"nonce": None}, {}),
        ({"sub": None}, {}),
        ({"sub": ""}, {}),
        ({"sub": ["1815"]}, {}),
        ({"sub": "x" * 256}, {}),
        ({"exp": 1}, {}),
        ({"exp": None}, {}),
        ({"exp": "soon"}, {}),
        ({"iat": 1}, {}),
        ({"iat": 4_000_000_000}, {}),
        ({}, {"kid": "unknown"}),
        ({}, {"jku": "https://evil.example/keys"}),
    ],
)  # fmt: skip
async def test_an_id_token_that_is_not_the_one_asked_for_is_refused(
    visitor: Visitor, upstream: Upstream, claims: dict[str, Any], header: dict[str, Any]
) -> None:
    await make_provider(upstream)
    upstream.claims, upstream.header = claims, header

    page = await sign_in(visitor, upstream)

    await assert_nobody_came(visitor, page, INVALID)
    assert (None, "upstream_answer_invalid") in await failures()


async def test_an_id_token_with_a_foreign_signature_or_none_is_refused(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    upstream.signs_with = ECKey.generate_key("P-256", {"kid": "there"})
    forged = await sign_in(visitor, upstream)
    upstream.token_answer = {"access_token": "at-there", "id_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxODE1In0."}
    unsigned = await sign_in(visitor, upstream)
    upstream.token_answer = {"access_token": "at-there"}
    missing = await sign_in(visitor, upstream)

    for page in (forged, unsigned, missing):
        await assert_nobody_came(visitor, page, INVALID)


async def test_the_user_endpoint_may_not_speak_of_somebody_else(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    upstream.person = {"sub": "1815"}
    upstream.userinfo = {"sub": "1816", "email": "ada@example.com", "email_verified": True}
    other = await sign_in(visitor, upstream)
    upstream.userinfo = {"sub": "1815", "email": "ada@example.com", "email_verified": True}
    same = await sign_in(visitor, upstream)

    assert other.alert == INVALID
    assert same.status == 303


async def test_the_user_endpoint_is_compared_by_the_subject_of_the_token_also_where_ids_are_another_claim(
    visitor: Visitor, upstream: Upstream
) -> None:
    await make_provider(upstream, claims={"sub": "oid"})
    upstream.person = {"sub": "pairwise-1", "oid": "1815"}
    upstream.userinfo = {"sub": "pairwise-2", "oid": "1815", "email": "ada@example.com", "email_verified": True}
    other = await sign_in(visitor, upstream)
    upstream.userinfo = {"sub": "pairwise-1", "email": "ada@example.com", "email_verified": True}
    same = await sign_in(visitor, upstream)

    assert other.alert == INVALID
    assert same.status == 303
    assert [subject for subject, _ in await identities()] == ["1815"]


@pytest.mark.parametrize(
    ("in_token", "at_endpoint"),
    [
        ({"email_verified": True}, {"email": "ada@example.com", "email_verified": False}),
        ({"email_verified": True}, {"email": "ada@example.com"}),
        ({"email": "ada@example.com"}, {"email_verified": True}),
    ],
    ids=["the word in the token", "no word at the endpoint", "the word at the endpoint"],
)
async def test_an_address_and_the_word_on_it_come_from_one_document(
    visitor: Visitor, upstream: Upstream, in_token: dict[str, Any], at_endpoint: dict[str, Any]
) -> None:
    await make_user("ada@example.com", email_verified=True)
    await make_provider(upstream)
    upstream.person = {"sub": "666", **in_token}
    upstream.userinfo = {"sub": "666", **at_endpoint}

    page = await sign_in(visitor, upstream)

    await assert_nobody_came(visitor, page, UNPROVED)
    assert await identities() == []


async def test_an_answer_counts_once_in_the_browser_that_asked_and_for_a_while(
    visitor: Visitor, stranger: Visitor, upstream: Upstream
) -> None:
    await make_provider(upstream)
    await make_provider(upstream, slug="elsewhere", name="Elsewhere")
    await stranger.get("/signin")
    callback = upstream.consent(await go(visitor))

    foreign = await stranger.get(callback)
    elsewhere = await visitor.get(callback.replace("/there/", "/elsewhere/"))
    unknown = await visitor.get("/signin/with/there/callback?code=x&state=st_unknown")
    first = await visitor.get(callback)
    again = await visitor.get(callback)
    with clock.frozen() as frozen:
        late = upstream.consent(await go(visitor))
        frozen.advance(ATTEMPT_TTL)
        too_late = await visitor.get(late)

    assert [page.status for page in (foreign, elsewhere, unknown, first, again, too_late)] == [
        410,
        410,
        410,
        303,
        410,
        410,
    ]
    assert foreign.alert == again.alert == too_late.alert == OVER
    assert await session_of(stranger) is None


async def test_of_the_same_answer_twice_at_once_one_counts(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    callback = upstream.consent(await go(visitor))

    pages = await asyncio.gather(*(visitor.get(callback) for _ in range(5)))

    assert sorted(page.status for page in pages) == [303, 410, 410, 410, 410]
    assert len(upstream.redeemed) == 1


async def test_two_first_arrivals_of_one_person_make_one_account(
    visitor: Visitor, stranger: Visitor, upstream: Upstream
) -> None:
    await make_provider(upstream)
    callbacks = [upstream.consent(await go(each)) for each in (visitor, stranger)]

    pages = await asyncio.gather(visitor.get(callbacks[0]), stranger.get(callbacks[1]))

    assert 303 in {page.status for page in pages}
    assert {page.status for page in pages} <= {303, 409}
    assert await db.fetch_value("SELECT count(*) FROM users_user") == 1
    assert len(await identities()) == 1


async def test_the_issuer_of_the_response_has_to_be_the_provider(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    wrong = await sign_in(visitor, upstream, iss="https://evil.example")
    right = await sign_in(visitor, upstream, iss=upstream.url)

    assert wrong.alert == INVALID
    assert right.status == 303


async def test_a_service_without_an_issuer_may_name_one(visitor: Visitor, upstream: Upstream) -> None:
    await make_hub(upstream)
    upstream.userinfo = {"id": 583231, "email": "ada@example.com", "email_verified": True}

    page = await sign_in(visitor, upstream, "hub", iss="https://github.com/login/oauth")

    assert page.status == 303
    assert await session_of(visitor) is not None


async def test_a_provider_that_says_it_names_itself_has_to(visitor: Visitor, upstream: Upstream) -> None:
    upstream.metadata = {"authorization_response_iss_parameter_supported": True}
    await make_provider(upstream)

    page = await sign_in(visitor, upstream)

    await assert_nobody_came(visitor, page, INVALID)


async def test_who_says_no_at_the_provider_comes_back_to_the_sign_in_page(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)

    page = await sign_in(visitor, upstream, code="", error="access_denied<script>")

    await assert_nobody_came(visitor, page, "There did not sign you in. Try again, or another way.")
    assert "<script>access" not in page.html
    assert "signin-form" in page.forms


@pytest.mark.parametrize(
    ("metadata", "answer", "status"),
    [
        ({"issuer": "https://evil.example"}, None, 200),
        ({"token_endpoint": None}, None, 200),
        ({}, None, 500),
    ],
    ids=["other issuer", "no token endpoint", "an error"],
)
async def test_a_provider_that_cannot_be_asked_is_told_and_other_ways_stay(
    visitor: Visitor, upstream: Upstream, metadata: dict[str, Any], answer: None, status: int
) -> None:
    await make_provider(upstream)
    upstream.metadata, upstream.status = metadata, status

    page = await visitor.get("/signin/with/there")

    assert page.status == 503
    assert page.alert == "There cannot be asked now. Try again, or another way."
    assert "signin-form" in page.forms


async def test_a_provider_on_a_private_address_is_never_called(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)

    with override(outbound_allow=()):
        page = await visitor.get("/signin/with/there")

    assert page.status == 503
    assert upstream.asked == []


async def test_a_disabled_or_unknown_provider_is_not_there(visitor: Visitor, upstream: Upstream) -> None:
    provider = await make_provider(upstream)
    callback = upstream.consent(await go(visitor))
    await commit(update_provider(SYSTEM, provider.id, ProviderChanges(is_enabled=False)))

    begun, back, unknown = [await visitor.get(url) for url in ("/signin/with/there", callback, "/signin/with/nobody")]

    assert [page.status for page in (begun, back, unknown)] == [404, 404, 404]
    assert "with-there" not in (await visitor.get("/signin")).links
    assert await identities() == []


async def test_beginnings_from_one_address_are_counted(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)

    pages = [await visitor.get("/signin/with/there") for _ in range(31)]

    assert [page.status for page in pages] == [303] * 30 + [429]
    assert upstream.asked == ["metadata"]


async def test_metadata_and_keys_are_read_once_and_a_new_key_is_found(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    await sign_in(visitor, upstream)
    await sign_in(visitor, upstream)
    assert [upstream.asked.count(each) for each in ("metadata", "keys")] == [1, 1]

    upstream.key = ECKey.generate_key("P-256", {"kid": "next"})
    upstream.header = {"kid": "next"}
    with clock.frozen() as frozen:
        frozen.advance(ATTEMPT_TTL)
        page = await sign_in(visitor, upstream)

    assert page.status == 303
    assert upstream.asked.count("keys") == 2


async def test_a_changed_endpoint_counts_at_once_though_discovery_is_remembered(
    visitor: Visitor, upstream: Upstream
) -> None:
    provider = await make_provider(upstream)
    before = await go(visitor)
    changes = ProviderChanges(authorization_endpoint=f"{upstream.url}/elsewhere")
    await commit(update_provider(SYSTEM, provider.id, changes))

    after = await go(visitor)

    assert (urlsplit(before).path, urlsplit(after).path) == ("/authorize", "/elsewhere")
    assert upstream.asked == ["metadata"]


async def test_a_service_of_githubs_shape_says_who_it_is(visitor: Visitor, upstream: Upstream) -> None:
    await make_hub(upstream)
    upstream.userinfo = {
        "id": 583231,
        "login": "ada",
        "name": "Ada",
        "email": None,
        "avatar_url": "https://a.example/1",
    }
    upstream.emails = [
        {"email": "old@example.com", "primary": False, "verified": True},
        {"email": "ada@example.com", "primary": True, "verified": True},
    ]

    page = await sign_in(visitor, upstream, "hub")

    assert page.status == 303
    session = await session_of(visitor)
    assert session is not None
    assert (session.user.email, session.user.name, session.user.picture) == (
        "ada@example.com",
        "Ada",
        "https://a.example/1",
    )
    assert await identities() == [("583231", session.user.id)]
    (form,) = upstream.redeemed
    assert (form["client_id"], form["client_secret"], form["authorization"]) == (CLIENT_ID, CLIENT_SECRET, "")
    assert "nonce" not in parse_qs(urlsplit(await go(visitor, "hub")).query)


@pytest.mark.parametrize(
    ("answer", "userinfo", "alert"),
    [
        ({"error": "bad_verification_code"}, None, "Hub cannot be asked now. Try again, or another way."),
        ({"token_type": "bearer"}, None, "The answer of Hub could not be accepted. Try another way."),
        (None, {"login": "ada"}, "The answer of Hub could not be accepted. Try another way."),
        (None, {"id": True}, "The answer of Hub could not be accepted. Try another way."),
    ],
    ids=["an error with status 200", "no access token", "no id", "an id that is none"],
)
async def test_a_service_that_says_nothing_usable_lets_nobody_in(
    visitor: Visitor, upstream: Upstream, answer: dict[str, Any] | None, userinfo: dict[str, Any] | None, alert: str
) -> None:
    await make_hub(upstream)
    upstream.token_answer, upstream.userinfo = answer, userinfo

    page = await sign_in(visitor, upstream, "hub")

    await assert_nobody_came(visitor, page, alert)
