"""The suite's browser: it runs no script, signs in and agrees on the hosted pages, and stops at the application."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.login.support import PASSWORD, Form, Page, Visitor
from tests.support import ISSUER

MAX_STEPS = 12


@dataclass
class Visit:
    """Where a visit led: back to the application at `address`, or to the last of the pages that were shown."""

    pages: list[Page] = field(default_factory=list)
    method: str | None = None
    address: str | None = None
    params: dict[str, str] = field(default_factory=dict)

    @property
    def last(self) -> Page:
        return self.pages[-1]

    @property
    def has_left(self) -> bool:
        return self.address is not None

    @property
    def has_signed_in(self) -> bool:
        """Whether the page that asks for a password was shown."""
        return any("signin-form" in page.forms for page in self.pages)


class Agent(Visitor):
    """One person's browser."""

    login = "ada@example.com"

    async def visit(self, url: str, *, decision: str = "allow") -> Visit:
        """Open an address, and do what each page asks for until the browser is told to leave us."""
        return await self.walk(await self.client.get(url), decision=decision)

    async def walk(self, response: httpx.Response, *, decision: str = "allow") -> Visit:
        """Go on from an answer. Where a form leads in the end, its page has to allow (CSP 3 §6.4.2)."""
        visit, posted_from = Visit(), None
        for _ in range(MAX_STEPS):
            if response.is_redirect:
                target = str(response.url.join(response.headers["location"]))
                if not _is_ours(target):
                    assert posted_from is None or _may_lead_to(posted_from, target)
                    return _arrive(visit, "GET", target)
                response = await self.client.get(target)
                continue
            page = Page(response)
            visit.pages.append(page)
            form = _form_of(page)
            if form is None or page.status != 200:
                return visit
            target = str(response.url.join(form.action))
            if not _is_ours(target):
                assert _may_lead_to(page, target)
                return _arrive(visit, "POST", target, form.fields)
            posted_from = page
            response = await self.client.post(target, data={**form.fields, **self._typed(form, decision)})
        raise AssertionError("the pages lead nowhere")

    def _typed(self, form: Form, decision: str) -> dict[str, str]:
        if "password" in form.fields:
            return {"identifier": self.login, "password": PASSWORD}
        return {"decision": decision} if "decision" in form.fields else {}


def _form_of(page: Page) -> Form | None:
    """The one thing to do on a page; a page of ours that only informs has no form, or one to sign out."""
    return next(iter(page.forms.values()), None)


def _arrive(visit: Visit, method: str, target: str, fields: dict[str, str] | None = None) -> Visit:
    visit.method = method
    visit.address = target.partition("?")[0] if fields is None else target
    visit.params = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True)) if fields is None else fields
    return visit


def _may_lead_to(page: Page, url: str) -> bool:
    """Whether a browser would let the page's form go there."""
    directives = page.response.headers["content-security-policy"].split("; ")
    (forms,) = [each.split() for each in directives if each.startswith("form-action ")]
    return _origin(url) in forms


def _is_ours(url: str) -> bool:
    return _origin(url) == ISSUER


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
