"""A user who is sent codes."""

from __future__ import annotations

from dataclasses import replace

from app.kit.actor import ANONYMOUS
from app.mailed.service import issue, note_wish
from app.mailed.types import Secrets, Wish
from app.users.types import User
from tests.support import ORIGIN, commit

BROWSER, OTHER_BROWSER = "a" * 64, "b" * 64
ASKER = ANONYMOUS.at(ORIGIN)


async def wish_for(login: str = "ada@example.com", browser_id: str = BROWSER) -> Wish:
    return await commit(note_wish(browser_id, login))


async def issue_for(
    user: User, wish: Wish, *, is_known_browser: bool = False, ip: str = "203.0.113.7"
) -> Secrets | None:
    asker = ANONYMOUS.at(replace(ORIGIN, ip=ip))
    return await commit(issue(asker, wish, user, password_version=0, is_known_browser=is_known_browser))


async def send_to(user: User, browser_id: str = BROWSER, *, is_known_browser: bool = False) -> Secrets:
    """A code that the browser asked for."""
    made = await issue_for(user, await wish_for(user.email, browser_id), is_known_browser=is_known_browser)
    assert made is not None
    return made


def wrong_of(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**8:08d}"
