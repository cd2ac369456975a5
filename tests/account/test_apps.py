"""`/account/apps`: what one allowed applications, and one's own API keys."""

from __future__ import annotations

from datetime import timedelta

from app.api_keys.service import get_keys
from app.authz.service import grant_relation
from app.authz.types import TupleKey
from app.clients.service import create_client
from app.clients.types import Client, ClientKind, NewClient
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.oidc.consents import grant_consent, note_use
from tests.account.support import APPS, sign_in_ada
from tests.api_keys.support import make_key
from tests.login.support import Visitor
from tests.oidc.families import give_family
from tests.support import commit, read_audit

FAMILIES = "SELECT count(*) FROM oidc_grant WHERE revoked_at IS NULL"


async def _make_client(**fields: object) -> Client:
    new = NewClient(**{"name": "Paint", "kind": ClientKind.WEB, "redirect_uris": ("https://app.example/cb",), **fields})  # type: ignore[arg-type]
    return (await commit(create_client(SYSTEM, new))).client


async def test_an_application_is_shown_with_what_it_may_in_words(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    client = await _make_client(logo_uri="https://app.example/logo.png")
    scope = ("openid", "email", "resource:https://api.example", "paint:write")
    await commit(grant_consent(SYSTEM, user.id, client.id, scope))

    page = await visitor.get(APPS)

    assert "Paint" in page.texts["apps"]
    assert "know who you are when you sign in" in page.texts["apps"]
    assert "see your e-mail address" in page.texts["apps"]
    assert "use https://api.example in your name" in page.texts["apps"]
    assert "paint:write" in page.texts["apps"]
    assert '<img class="app-logo" src="https://app.example/logo.png" alt=""' in page.html


async def test_an_application_of_our_own_is_said_not_to_ask(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    client = await _make_client(is_first_party=True)
    await commit(note_use(SYSTEM, user.id, client.id))

    page = await visitor.get(APPS)

    assert "Part of Auther: it does not ask." in page.texts["apps"]


async def test_what_was_allowed_is_taken_back_with_its_tokens(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    client = await _make_client()
    await commit(grant_consent(SYSTEM, user.id, client.id, ("openid",)))
    session_id = await db.fetch_value("SELECT id FROM sessions_session")
    await commit(give_family(user.id, client.id, session_id))
    assert await db.fetch_value(FAMILIES) == 1
    page = await visitor.get(APPS)

    answers = [await visitor.submit(page, f"withdraw-{client.id}") for _ in range(2)]
    after = await visitor.follow(answers[0])

    assert [answer.response.headers["location"] for answer in answers] == [f"{APPS}?notice=withdrawn"] * 2
    assert await db.fetch_value(FAMILIES) == 0
    assert "no-apps" in after.texts
    event = (await read_audit())[-1]
    assert (event.action, event.actor_id, event.target_id) == ("oidc.consent_withdrawn", user.id, client.id)


async def test_own_keys_are_switched_off_and_on_and_deleted(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    key = (await make_key(user, name="<Nightly>")).key

    off = await visitor.submit(await visitor.get(APPS), f"disable-{key.id}")
    disabled = (await get_keys([key.id]))[key.id]
    shown = await visitor.follow(off)
    on = await visitor.submit(shown, f"enable-{key.id}")
    enabled = (await get_keys([key.id]))[key.id]
    question = await visitor.get((await visitor.follow(on)).links[f"delete-{key.id}"])
    gone = await visitor.submit(question, "delete-form")

    assert (disabled.is_enabled, enabled.is_enabled) == (False, True)
    assert "&lt;Nightly&gt;" in shown.html
    assert "switched off" in shown.texts[key.id]
    assert gone.response.headers["location"] == f"{APPS}?notice=deleted_key"
    assert await get_keys([key.id]) == {}
    actions = [event.action for event in await read_audit()]
    assert actions[-3:] == ["api_key.disabled", "api_key.enabled", "api_key.revoked"]


async def test_a_key_that_expired_is_said_to_be(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    with clock.frozen() as frozen:
        key = (await make_key(user, expires_at=clock.now() + timedelta(hours=1))).key
        frozen.advance(timedelta(hours=2))
        await visitor.sign_in("ada", url="/signin?other=1")

        page = await visitor.get(APPS)

    assert "expired" in page.texts[key.id]


async def test_who_has_something_to_do_in_the_console_is_led_there(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    plain = await visitor.get(APPS)
    await commit(grant_relation(SYSTEM, TupleKey("users", "*", "viewer", "user", user.id)))

    operator = await visitor.get(APPS)

    assert "console" not in plain.links
    assert "keys-title" not in plain.texts
    assert operator.links["console"] == "/admin/api-keys"
