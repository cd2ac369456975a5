"""What a user allows a third party, and takes back."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.kit import db
from app.kit.actor import ANONYMOUS, SYSTEM
from app.kit.errors import Forbidden, NotFound, Unauthenticated
from app.oidc.queries import consents
from app.oidc.service import list_consents, withdraw_consent
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.support import CALLBACK, Party, answer_of, make_party, sign_in
from tests.support import as_user, commit, make_user


async def open_consent(party: Party, **changes: str | None) -> tuple[str, str]:
    """Path and HTML of the consent page that a request leads to."""
    answer = await party.authorize(**changes)
    path = answer.headers["location"]
    assert path.startswith("/oauth2/consent/int_")
    page = await party.browser.get(path)
    assert page.status_code == 200
    return path, page.text


async def decide(party: Party, path: str, html: str, decision: str) -> httpx.Response:
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    return await party.browser.post(path, data={**fields, "decision": decision})


async def allow(party: Party, **changes: str | None) -> dict[str, str]:
    path, html = await open_consent(party, **changes)
    answer = await decide(party, path, html, "allow")
    return answer_of(await party.browser.get(answer.headers["location"]))


async def actions() -> list[str]:
    rows = await db.fetch("SELECT action FROM events_audit WHERE action LIKE 'oidc.%' ORDER BY action")
    return [row["action"] for row in rows]


async def test_a_third_party_needs_consent_and_the_page_says_what_for(third_party: Party, session: Session) -> None:
    _, html = await open_consent(third_party, scope="openid email")

    assert "Allow Notes?" in html
    assert "ada@example.com" in html
    assert re.findall(r'data-scope="(\w+)"', html) == ["openid", "email"]
    assert 'id="allow"' in html
    assert 'id="deny"' in html


async def test_allowing_gives_the_code_and_is_remembered(third_party: Party, session: Session) -> None:
    answer = await allow(third_party)

    assert "code" in answer
    assert "code" in answer_of(await third_party.authorize())
    assert "code" in answer_of(await third_party.authorize(scope="openid email", prompt="none"))


async def test_allowing_less_before_does_not_cover_more(third_party: Party, session: Session) -> None:
    await allow(third_party, scope="openid")

    silent = answer_of(await third_party.authorize(scope="openid email", prompt="none"))

    assert silent["error"] == "consent_required"
    assert "code" in await allow(third_party, scope="openid email")


async def test_consents_add_up(third_party: Party, session: Session, user: User) -> None:
    await allow(third_party, scope="openid email")
    await allow(third_party, scope="openid profile")

    [consent] = await list_consents(as_user(user), user.id)

    assert consent.client_id == third_party.client.id
    assert set(consent.scope) == {"openid", "email", "profile"}


async def test_a_claim_asked_for_by_name_needs_the_consent_of_its_scope(third_party: Party, session: Session) -> None:
    await allow(third_party, scope="openid")

    _, html = await open_consent(third_party, scope="openid", claims='{"userinfo": {"email": null}}')

    assert 'data-scope="email"' in html


async def test_denying_is_told_to_the_client_and_ends_the_request(third_party: Party, session: Session) -> None:
    path, html = await open_consent(third_party)

    answer = answer_of(await decide(third_party, path, html, "deny"))

    assert answer["error"] == "access_denied"
    assert answer["state"] == "state-1"
    assert (await third_party.browser.get(path)).status_code == 400
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 0
    assert await db.fetch_value("SELECT count(*) FROM oidc_consent") == 0


async def test_oidc_core_3_1_2_6_prompt_none_without_consent_is_consent_required(
    third_party: Party, session: Session
) -> None:
    assert answer_of(await third_party.authorize(prompt="none"))["error"] == "consent_required"


async def test_first_party_clients_are_not_asked_about(party: Party, session: Session) -> None:
    assert "code" in answer_of(await party.authorize(scope="openid offline_access"))


async def test_prompt_consent_asks_even_for_a_first_party_client(party: Party, session: Session) -> None:
    assert "code" in await allow(party, prompt="consent")


async def test_prompt_consent_asks_again(third_party: Party, session: Session) -> None:
    await allow(third_party)

    assert "code" in await allow(third_party, prompt="consent")


async def test_oidc_core_11_offline_access_is_asked_for_each_time(third_party: Party, session: Session) -> None:
    await allow(third_party, scope="openid offline_access")

    assert "code" in await allow(third_party, scope="openid offline_access")


async def test_a_consent_without_csrf_field_is_refused(third_party: Party, session: Session, user: User) -> None:
    path, _ = await open_consent(third_party)

    answer = await third_party.browser.post(path, data={"decision": "allow", "user": user.id})

    assert answer.status_code == 403
    assert await db.fetch_value("SELECT count(*) FROM oidc_consent") == 0


async def test_a_consent_page_shown_to_one_user_does_not_count_for_the_next(
    third_party: Party, session: Session
) -> None:
    path, html = await open_consent(third_party)
    await sign_in(third_party.browser, await make_user("grace@example.com"))

    answer = await decide(third_party, path, html, "allow")

    assert answer.headers["location"] == path.replace("consent", "authorize")
    assert await db.fetch_value("SELECT count(*) FROM oidc_consent") == 0


async def test_a_consent_cannot_be_given_from_another_browser(third_party: Party, session: Session) -> None:
    path, _ = await open_consent(third_party)
    async with httpx.AsyncClient(
        transport=third_party.browser._transport, base_url=third_party.browser.base_url
    ) as other:
        answer = await other.get(path)

    assert answer.status_code == 400


async def test_the_consent_form_may_lead_to_the_client(third_party: Party, session: Session) -> None:
    answer = await third_party.authorize()

    page = await third_party.browser.get(answer.headers["location"])

    assert "form-action 'self' https://app.example.com;" in page.headers["content-security-policy"]


async def test_a_client_named_with_markup_is_escaped(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, is_first_party=False, name="<b>Evil</b>", redirect_uris=(CALLBACK,))

    _, html = await open_consent(party)

    assert "<b>Evil" not in html


async def test_withdrawing_ends_refresh_tokens_and_access(third_party: Party, session: Session, user: User) -> None:
    code = (await allow(third_party, scope="openid offline_access"))["code"]
    tokens = (await third_party.redeem(code)).json()

    await commit(withdraw_consent(as_user(user), user.id, third_party.client.id))

    assert (await third_party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await third_party.userinfo(tokens["access_token"])).status_code == 401
    assert answer_of(await third_party.authorize(prompt="none"))["error"] == "consent_required"
    assert await list_consents(as_user(user), user.id) == []


async def test_what_was_never_given_cannot_be_withdrawn(third_party: Party, user: User) -> None:
    with pytest.raises(NotFound):
        await commit(withdraw_consent(as_user(user), user.id, third_party.client.id))


async def test_others_consents_are_neither_seen_nor_withdrawn(third_party: Party, session: Session, user: User) -> None:
    await allow(third_party)
    other = as_user(await make_user("grace@example.com"))

    with pytest.raises(Forbidden):
        await list_consents(other, user.id)
    with pytest.raises(Forbidden):
        await commit(withdraw_consent(other, user.id, third_party.client.id))
    with pytest.raises(Unauthenticated):
        await commit(withdraw_consent(ANONYMOUS, user.id, third_party.client.id))

    assert len(await list_consents(as_user(user), user.id)) == 1


async def test_consent_and_first_use_are_audited(
    party: Party, third_party: Party, session: Session, user: User
) -> None:
    await party.code()
    await party.code()
    assert await actions() == ["oidc.client_authorized"]

    await allow(third_party)
    await commit(withdraw_consent(as_user(user), user.id, third_party.client.id))

    assert await actions() == [
        "oidc.client_authorized",
        "oidc.client_authorized",
        "oidc.consent_granted",
        "oidc.consent_withdrawn",
    ]


async def widen(party: Party, *scopes: str) -> None:
    """Let the client have these, too."""
    changes = ClientChanges(scopes=(*party.client.scopes, *scopes))
    await commit(update_client(SYSTEM, party.client.id, changes))


async def test_a_client_that_may_have_more_since_the_page_was_shown_is_asked_about_again(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, is_first_party=False, scopes=("openid",))
    path, html = await open_consent(party, scope="openid email")
    assert re.findall(r'data-scope="(\w+)"', html) == ["openid"]
    await widen(party, "email")

    answer = await decide(party, path, html, "allow")

    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert await db.fetch_value("SELECT count(*) FROM oidc_consent") == 0
    again = (await browser.get(path)).text
    assert re.findall(r'data-scope="(\w+)"', again) == ["openid", "email"]
    allowed = await decide(party, path, again, "allow")
    code = answer_of(await browser.get(allowed.headers["location"]))["code"]
    assert (await party.redeem(code)).json()["scope"] == "openid email"


@pytest.mark.parametrize("prompt", [None, "consent"])
async def test_a_yes_counts_for_what_was_shown_and_not_for_what_came_after_it(
    browser: httpx.AsyncClient, session: Session, prompt: str | None
) -> None:
    party = await make_party(browser, is_first_party=False, scopes=("openid",))
    path, html = await open_consent(party, scope="openid email offline_access", prompt=prompt)
    allowed = await decide(party, path, html, "allow")
    await widen(party, "email", "offline_access")

    answer = await browser.get(allowed.headers["location"])

    assert answer.headers["location"] == path
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 0
    assert await db.fetch_value("SELECT scope FROM oidc_consent") == "openid"


async def test_a_client_that_may_have_less_since_the_page_was_shown_gets_that(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, is_first_party=False, scopes=("openid", "email"))
    path, html = await open_consent(party, scope="openid email")
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(scopes=("openid",))))

    allowed = await decide(party, path, html, "allow")

    code = answer_of(await browser.get(allowed.headers["location"]))["code"]
    assert (await party.redeem(code)).json()["scope"] == "openid"
    assert await db.fetch_value("SELECT scope FROM oidc_consent") == "openid"


async def test_saying_no_takes_no_second_look(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, is_first_party=False, scopes=("openid",))
    path, html = await open_consent(party, scope="openid email")
    await widen(party, "email")

    assert answer_of(await decide(party, path, html, "deny"))["error"] == "access_denied"


async def test_a_code_that_is_given_while_the_consent_is_withdrawn_ends_with_it(
    third_party: Party, session: Session, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await allow(third_party)
    hold, was_held, may_go_on = consents.hold_scope, asyncio.Event(), asyncio.Event()

    async def hold_slowly(user_id: str, client_id: str) -> tuple[str, ...] | None:
        found = await hold(user_id, client_id)
        was_held.set()
        await may_go_on.wait()
        return found

    monkeypatch.setattr(consents, "hold_scope", hold_slowly)
    giving = asyncio.create_task(third_party.authorize())
    await was_held.wait()
    withdrawing = asyncio.create_task(commit(withdraw_consent(as_user(user), user.id, third_party.client.id)))
    await until_one_waits()
    may_go_on.set()
    code = answer_of(await giving)["code"]
    await withdrawing

    assert (await third_party.redeem(code)).json()["error"] == "invalid_grant"


async def until_one_waits() -> None:
    """Until somebody waits for a row that somebody else holds."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(20):
        while not await db.fetch_value(waiting):  # noqa: ASYNC110 - it says so to nobody
            await asyncio.sleep(0.01)
