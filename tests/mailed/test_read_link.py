"""Links: read as often as one likes, good in the browser that asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.kit import clock
from app.mailed.errors import CodeOver, LinkElsewhere
from app.mailed.service import guess_code, read_link, use
from tests.mailed.support import ASKER, BROWSER, OTHER_BROWSER, send_to, wrong_of
from tests.support import commit, make_user, read_everything


async def test_reading_uses_nothing_up() -> None:
    user = await make_user()
    made = await send_to(user)
    before = await read_everything()

    claims = [await read_link(made.token, BROWSER) for _ in range(3)]

    assert [claim.user_id for claim in claims] == [user.id] * 3
    assert await read_everything() == before


async def test_another_browser_is_told_so() -> None:
    made = await send_to(await make_user())

    with pytest.raises(LinkElsewhere):
        await read_link(made.token, OTHER_BROWSER)


async def test_a_link_dies_with_its_code() -> None:
    user = await make_user()
    made = await send_to(user)
    claim = (await guess_code(BROWSER, made.code)).claim
    assert claim is not None
    await commit(use(ASKER, claim))

    with pytest.raises(CodeOver):
        await read_link(made.token, BROWSER)


async def test_a_link_dies_with_the_last_guess_and_with_time() -> None:
    user = await make_user()
    made = await send_to(user)

    with clock.frozen(clock.now() + timedelta(minutes=10)), pytest.raises(CodeOver):
        await read_link(made.token, BROWSER)
    for _ in range(5):
        await guess_code(BROWSER, wrong_of(made.code))
    with pytest.raises(CodeOver):
        await read_link(made.token, BROWSER)


@pytest.mark.parametrize(
    "token", ["", "mlt_", "mlt_" + "A" * 43, "alk_" + "A" * 43, "mlt_\u00e9", "mlt_" + "A" * 200],
    ids=["empty", "bare", "unknown", "another kind", "not ASCII", "long"],
)  # fmt: skip
async def test_what_is_no_link_of_ours_is_over(token: str) -> None:
    with pytest.raises(CodeOver):
        await read_link(token, BROWSER)
