"""Which language a page speaks: the application's wish, else the user's own, else the browser's, else English."""

from __future__ import annotations

import pytest

from app.kit.actor import SYSTEM
from app.users.service import update_user
from app.users.types import UserChanges
from tests.login.support import Page, Visitor, make_person, read_mails
from tests.support import commit

SECURITY = "/account/security"


def _language(page: Page) -> str:
    """What the page says of itself, in its header and its markup."""
    language = page.response.headers["content-language"]
    assert f'<html lang="{language}">' in page.html
    return language


@pytest.mark.parametrize(
    ("own", "header", "language"),
    [
        ("fr-CA", "de", "fr"),
        ("de-AT", "fr, en;q=0.9", "de"),
        ("en", "de", "en"),
        ("nl", "fr-CA, de;q=0.9", "fr"),
        (None, "de-AT;q=0.8, fr-CA;q=0.9", "fr"),
        (None, "nl", "en"),
        ("nl", "", "en"),
    ],
)
async def test_who_is_signed_in_reads_their_own_language(
    visitor: Visitor, own: str | None, header: str, language: str
) -> None:
    await make_person(locale=own)
    await visitor.sign_in("ada")
    visitor.client.headers["accept-language"] = header

    page = await visitor.get(SECURITY)

    assert _language(page) == language


async def test_what_the_application_asks_for_wins_over_the_user_s_own_language(visitor: Visitor) -> None:
    await make_person(locale="de")
    flow = await visitor.begin_flow(ui_locales="nl fr-CA en", must_reauthenticate=True)
    await visitor.sign_in("ada", url=f"/signin?flow={flow.id}")

    page = await visitor.get(f"{SECURITY}?ui_locales=fr")

    assert _language(page) == "fr"
    assert page.title.startswith("Sécurité")


async def test_a_change_of_language_is_seen_on_the_next_page(visitor: Visitor) -> None:
    user = await make_person(locale="de")
    await visitor.sign_in("ada")
    before = await visitor.get(SECURITY)

    await commit(update_user(SYSTEM, user.id, UserChanges(locale="fr-BE")))

    assert (_language(before), _language(await visitor.get(SECURITY))) == ("de", "fr")


async def test_the_sign_in_page_speaks_the_language_of_the_flow(visitor: Visitor) -> None:
    flow = await visitor.begin_flow(ui_locales="fr-CA en")
    visitor.client.headers["accept-language"] = "de"

    page = await visitor.get(f"/signin?flow={flow.id}")
    refused = await visitor.submit(page, "signin-form", identifier="ada", password="wrong one")

    assert (_language(page), _language(refused)) == ("fr", "fr")
    assert page.title.startswith("Se connecter")
    assert refused.alert == "Le nom ou le mot de passe est incorrect."


async def test_an_error_page_speaks_the_language_of_the_address(visitor: Visitor) -> None:
    page = await visitor.get("/oauth2/authorize?client_id=nobody&ui_locales=fr-CA")

    assert (page.status, _language(page)) == (400, "fr")
    assert page.texts["error"] == "L’application d’où vous venez est inconnue ou désactivée."


async def test_a_mail_is_written_in_the_language_of_the_page_that_asked_for_it(visitor: Visitor) -> None:
    await make_person()
    visitor.client.headers["accept-language"] = "fr-CA"

    await visitor.submit(await visitor.get("/password/forgot"), "forgot-form", identifier="ada")

    (mail,) = await read_mails()
    assert (mail.locale, mail.subject) == ("fr", "Choisissez un nouveau mot de passe pour Auther")
