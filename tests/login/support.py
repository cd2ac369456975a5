"""A person with a browser that has no JavaScript, and their mailbox."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser

import httpx
from starlette.applications import Starlette

from app.credentials.service import adopt_password, prepare_password
from app.jobs.service import run_pending
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.paging import PageRequest
from app.mail.service import list_mails
from app.mail.types import Mail
from app.sessions.service import begin_flow
from app.sessions.types import Flow, NewFlow
from app.users.types import User
from tests.support import ISSUER, commit, make_user

PASSWORD = "correct horse battery staple"
OTHER_PASSWORD = "another good one 44"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """An answer: its forms by id, texts and links of elements by id."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response
        self.status = response.status_code
        self.html = response.text
        self.forms: dict[str, Form] = {}
        self.links: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self._form: Form | None = None
        self._open: list[str] = []
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name = values.get("id", "")
        if tag == "form":
            self._form = self.forms[name] = Form(values.get("action", ""))
        elif (
            tag in {"input", "button"}
            and self._form is not None
            and "name" in values
            and "formnovalidate" not in values
        ):
            self._form.fields[values["name"]] = values.get("value", "")
        elif tag == "a" and name:
            self.links[name] = values["href"]
        if tag not in {"input", "img", "meta", "link"}:
            self._open.append(name)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for name in filter(None, self._open):
            self.texts[name] = " ".join(f"{self.texts.get(name, '')} {data}".split())

    @property
    def title(self) -> str:
        return re.search(r"<title>(.*?)</title>", self.html)[1]  # type: ignore[index]

    @property
    def lasting(self) -> str:
        """The page without what is new each time: challenges for passkeys."""
        return re.sub(r"challenge&#34;: &#34;[\w-]+", "challenge", self.html)

    @property
    def alert(self) -> str | None:
        return self.texts.get("form-error")


class Visitor:
    """One browser."""

    def __init__(self, app: Starlette, *, ip: str = "198.51.100.1") -> None:
        transport = httpx.ASGITransport(app, client=(ip, 50_000))
        self.client = httpx.AsyncClient(
            transport=transport, base_url=ISSUER, headers={"user-agent": FIREFOX, "accept": "text/html"}
        )

    @property
    def browser_id(self) -> str:
        return sha256(self.client.cookies["auther_browser"].encode()).hexdigest()

    @property
    def session_token(self) -> str | None:
        return self.client.cookies.get("auther_session")

    async def get(self, url: str) -> Page:
        return Page(await self.client.get(url))

    async def submit(self, page: Page, form: str, **values: str) -> Page:
        chosen = page.forms[form]
        return Page(await self.client.post(chosen.action, data={**chosen.fields, **values}))

    async def follow(self, page: Page) -> Page:
        """Go where a 303 points."""
        assert page.status == 303, page.html
        return await self.get(page.response.headers["location"])

    async def sign_in(self, login: str, password: str = PASSWORD, url: str = "/signin") -> Page:
        """The answer to the posted form, not followed."""
        return await self.submit(await self.get(url), "signin-form", identifier=login, password=password)

    async def begin_flow(self, **wishes: object) -> Flow:
        await self.get("/signin")
        new = NewFlow(browser_id=self.browser_id, **{"return_to": "/oauth2/authorize/flw_x", **wishes})  # type: ignore[arg-type]
        return await commit(begin_flow(new))


async def make_person(email: str = "ada@example.com", password: str = PASSWORD, **fields: object) -> User:
    """A user with a password."""
    user = await make_user(email, **{"name": "Ada Lovelace", "username": email.partition("@")[0], **fields})
    await commit(adopt_password(SYSTEM, user.id, await prepare_password(password)))
    return user


async def read_mails() -> list[Mail]:
    """Everything in the outbox, newest first, after the jobs that are due."""
    await run_pending()
    return list((await list_mails(SYSTEM, PageRequest(first=50))).items)


def link_in(mail: Mail) -> str:
    """The path and query of the mail's link."""
    found = re.search(rf"{re.escape(ISSUER)}(/\S+\?\S+)", mail.text or "")
    assert found is not None, mail.text
    return found[1]


async def failures() -> list[tuple[str | None, str]]:
    """Target and reason of each recorded failure, oldest first."""
    rows = await db.fetch("SELECT target_id, reason FROM events_audit WHERE action = 'signin.failed' ORDER BY seq")
    return [(row["target_id"], row["reason"]) for row in rows]
