"""Who acts as somebody looks at their account and changes nothing of it."""

from __future__ import annotations

import pytest

from app.kit import db
from tests.account.support import APPS, DATA, DELETE, EMAIL, PROFILE, SESSIONS, row_of
from tests.impersonation.conftest import desk
from tests.impersonation.support import Desk
from tests.login.support import make_person

__all__ = ["desk"]
LIVE = "SELECT count(*) FROM sessions_session WHERE ended_at IS NULL"


async def test_they_see_the_pages_with_the_banner_and_who_acts(desk: Desk) -> None:
    ada = await make_person("ada@example.com")
    await desk.begin(ada)

    pages = [await desk.visitor.get(path) for path in (PROFILE, SESSIONS, APPS, DATA)]

    assert [page.status for page in pages] == [200] * 4
    assert all("acting" in page.texts for page in pages)
    assert "an administrator acts as you" in pages[1].texts["sessions"]


@pytest.mark.parametrize(
    ("path", "form"),
    [(PROFILE, "profile-form"), (SESSIONS, "end-all"), (DATA, "export-form")],
)
async def test_they_change_nothing(desk: Desk, path: str, form: str) -> None:
    ada = await make_person("ada@example.com")
    await desk.begin(ada)
    page = await desk.visitor.get(path)
    before, live = await row_of(ada), await db.fetch_value(LIVE)

    answer = await desk.visitor.submit(page, form, name="Renamed")

    assert answer.status == 403
    assert (await row_of(ada), await db.fetch_value(LIVE)) == (before, live)


@pytest.mark.parametrize("path", [EMAIL, f"{EMAIL}/confirm?token=alk_x", DELETE])
async def test_they_do_not_see_what_asks_for_the_person_s_own_proof(desk: Desk, path: str) -> None:
    await desk.begin(await make_person("ada@example.com"))

    assert (await desk.visitor.get(path)).status == 403
