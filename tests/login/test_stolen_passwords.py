"""A password that is in a list of stolen ones, on the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.credentials.breaches import digest_of
from app.credentials.errors import PasswordBreached
from app.credentials.service import check_password
from app.kit.pages import texts_for
from app.kit.runtime import override
from tests.login.support import OTHER_PASSWORD, PASSWORD, Visitor, link_in, make_person, read_mails

STOLEN = "tiger mosaic violin 88"


@pytest.fixture
def stolen(tmp_path: Path) -> Path:
    """A list of one password."""
    path = tmp_path / "stolen.txt"
    path.write_text(f"{digest_of(STOLEN)}:7\r\n")
    return path


@pytest.mark.parametrize("language", ["en", "de", "fr"])
async def test_each_page_that_takes_a_new_password_refuses_a_stolen_one(
    visitor: Visitor, stolen: Path, language: str
) -> None:
    user = await make_person()
    await visitor.submit(await visitor.get("/password/forgot"), "forgot-form", identifier="ada")
    reset = link_in((await read_mails())[0])
    await visitor.sign_in("ada")
    visitor.client.headers["accept-language"] = language
    expected = " ".join(texts_for(language).error(PasswordBreached().code, PasswordBreached().message).split())

    with override(breached_passwords=str(stolen), signup_policy="open"):
        refused = [
            await visitor.submit(await visitor.get(reset), "choose-form", password=STOLEN),
            await visitor.submit(
                await visitor.get("/password/change"), "change-form", current=PASSWORD, password=STOLEN
            ),
            await visitor.submit(
                await visitor.get("/signup"), "signup-form", email="eve@example.com", name="Eve", password=STOLEN
            ),
        ]
        done = await visitor.submit(await visitor.get(reset), "choose-form", password=OTHER_PASSWORD)

    assert [page.status for page in refused] == [400] * 3
    assert [page.texts["password-error"] for page in refused] == [expected] * 3
    assert done.status == 303
    assert (await check_password(user.id, OTHER_PASSWORD)).is_correct
