"""A client that another process deleted, while this one still remembers it for a moment."""

from __future__ import annotations

import httpx
import pytest

from app.clients.service import find_client
from app.kit import db
from app.sessions.types import Session
from tests.oidc.devices import make_device
from tests.oidc.requesting import push
from tests.oidc.support import Party, make_party
from tests.support import read_everything


async def vanish(party: Party) -> None:
    """Delete the client behind this process's back."""
    assert await find_client(party.client.id) is not None
    await db.execute("DELETE FROM clients_client WHERE id = $1", party.client.id)


async def assert_nothing_written(before: dict[str, str | None]) -> None:
    after = await read_everything()
    written = {name for name in after if after[name] != before[name]}
    assert {name for name in written if name.startswith("oidc_")} == set()


async def assert_page(party: Party, answer: httpx.Response) -> None:
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "location" not in answer.headers
    assert "is not known" in answer.text
    # Nothing of it is remembered any more.
    assert await find_client(party.client.id) is None


async def assert_invalid_client(party: Party, answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"] == 'Basic realm="auther"'
    assert await find_client(party.client.id) is None


@pytest.mark.parametrize("is_signed_in", [True, False], ids=["code", "sign-in"])
async def test_a_request_to_authorize_gets_the_page_for_unknown_clients(
    party: Party, session: Session, is_signed_in: bool
) -> None:
    if not is_signed_in:
        party.browser.cookies.delete("auther_session")
    await vanish(party)
    before = await read_everything()

    answer = await party.authorize()

    await assert_page(party, answer)
    await assert_nothing_written(before)


async def test_so_does_a_request_that_needs_consent(third_party: Party, session: Session) -> None:
    await vanish(third_party)
    before = await read_everything()

    answer = await third_party.authorize()

    await assert_page(third_party, answer)
    await assert_nothing_written(before)


async def test_a_pushed_request_gets_invalid_client(party: Party) -> None:
    await vanish(party)
    before = await read_everything()

    answer = await push(party)

    await assert_invalid_client(party, answer)
    await assert_nothing_written(before)


async def test_a_code_gets_invalid_client(party: Party, session: Session) -> None:
    code = await party.code()
    await vanish(party)
    before = await read_everything()

    answer = await party.redeem(code)

    await assert_invalid_client(party, answer)
    await assert_nothing_written(before)


async def test_a_device_gets_invalid_client(browser: httpx.AsyncClient) -> None:
    device = await make_device(browser)
    await vanish(device)
    before = await read_everything()

    answer = await device.post("/oauth2/device_authorization", {"scope": "openid"})

    await assert_invalid_client(device, answer)
    await assert_nothing_written(before)


async def test_other_clients_go_on(party: Party, session: Session) -> None:
    other = await make_party(party.browser, name="Other")
    await vanish(party)
    await party.authorize()

    assert (await other.tokens())["token_type"] == "Bearer"
