"""Signing out."""

from __future__ import annotations

from app.kit import db
from app.sessions.service import resolve_session
from tests.login.support import Visitor, make_person


async def test_signing_out_is_asked_before_it_is_done(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    token = visitor.session_token or ""

    page = await visitor.get("/signout")
    asked = await resolve_session(token)
    done = await visitor.follow(await visitor.submit(page, "signout-form"))

    assert page.texts["account-name"] == "Ada Lovelace"
    assert page.links["stay"] == "/admin/"
    assert asked is not None
    assert await resolve_session(token) is None
    assert visitor.session_token is None
    assert "You are signed out." in done.html
    assert await db.fetch_value("SELECT count(*) FROM events_audit WHERE action = 'session.deleted'") == 1


async def test_a_post_from_elsewhere_signs_nobody_out(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")

    response = await visitor.client.post("/signout", data={"csrf": ""})

    assert response.status_code == 403
    assert await resolve_session(visitor.session_token or "") is not None


async def test_signing_out_twice_is_no_error(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    page = await visitor.get("/signout")
    await visitor.submit(page, "signout-form")

    again = await visitor.submit(page, "signout-form")
    shown = await visitor.get("/signout")

    assert again.response.headers["location"] == shown.response.headers["location"] == "/signin?notice=signed_out"


async def test_only_known_notices_are_shown(visitor: Visitor) -> None:
    page = await visitor.get("/signin?notice=%3Cb%3Eyou+won%3C/b%3E")

    assert page.status == 200
    assert "won" not in page.html
