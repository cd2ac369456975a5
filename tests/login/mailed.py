"""Asking for a code, and reading it in the mailbox."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.applications import Starlette

from app.mail.types import Mail
from tests.login.support import Page, Visitor, read_mails

ASK, CODE = "/signin/email", "/signin/email/code"
WRONG = "That code is not right."
OVER = "This code does not work any more. Ask for a new one."


async def ask(visitor: Visitor, login: str = "ada", url: str = "/signin") -> Page:
    """The answer to "E-mail me a code" on the sign-in page, not followed."""
    return await visitor.submit(await visitor.get(url), "signin-form", identifier=login, action="email")


async def ask_from(app: Starlette, addresses: Iterable[str], login: str = "ada") -> None:
    """Let a browser at each of these addresses ask for a code, which is mailed before the next one asks."""
    for address in addresses:
        visitor = Visitor(app, ip=address)
        await ask(visitor, login)
        await read_mails()
        await visitor.client.aclose()


def code_in(mail: Mail) -> str:
    """The mail's code."""
    found = re.search(r"^(\d{8})$", mail.text or "", re.MULTILINE)
    assert found is not None, mail.text
    return found[1]


async def receive(visitor: Visitor, login: str = "ada", url: str = "/signin") -> tuple[Page, Mail]:
    """The page that waits for the code, and the mail that has it."""
    before = {mail.id for mail in await read_mails()}
    page = await visitor.follow(await ask(visitor, login, url))
    [mail] = [mail for mail in await read_mails() if mail.id not in before]
    return page, mail


def wrong_of(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**8:08d}"
