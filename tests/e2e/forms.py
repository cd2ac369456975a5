"""A browser without JavaScript: pages, cookies, forms, redirects seen one by one."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, object]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": values.get("action", ""), "fields": {}, "buttons": {}})
        elif tag == "input" and self.forms and "name" in values:
            self._fields()[values["name"]] = values.get("value", "")
        elif tag == "button" and self.forms and "name" in values:
            buttons = self.forms[-1]["buttons"]
            assert isinstance(buttons, dict)
            buttons[values.get("id", values["name"])] = (values["name"], values.get("value", ""))

    def handle_data(self, data: str) -> None:
        self.text += data

    def _fields(self) -> dict[str, str]:
        fields = self.forms[-1]["fields"]
        assert isinstance(fields, dict)
        return fields


opened: list[FormBrowser] = []


def close_all() -> None:
    """Close every browser that a test opened."""
    while opened:
        opened.pop().client.close()


class FormBrowser:
    """Follows redirects within the server and stops at the first that leaves it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, headers={"accept": "text/html", "origin": url}, timeout=30)
        self.page = httpx.Response(204)
        self.left_for: str | None = None
        opened.append(self)

    def open(self, url: str) -> FormBrowser:
        return self._follow(self.client.get(url))

    def submit(self, button: str | None = None, /, form: int = 0, **values: str) -> FormBrowser:
        """Fill in a form of the page and send it."""
        parsed = self.parsed()
        chosen = parsed.forms[form]
        fields, buttons = chosen["fields"], chosen["buttons"]
        assert isinstance(fields, dict)
        assert isinstance(buttons, dict)
        assert set(values) <= set(fields), f"{set(values)} not in {set(fields)}"
        data = {**fields, **values}
        if button is not None:
            name, value = buttons[button]
            data[name] = value
        action = urljoin(str(self.page.url), str(chosen["action"]))
        return self._follow(self.client.post(action, data=data))

    def parsed(self) -> _Forms:
        forms = _Forms()
        forms.feed(self.page.text)
        return forms

    @property
    def text(self) -> str:
        return " ".join(self.parsed().text.split())

    def sign_in(self, login: str, password: str) -> FormBrowser:
        return self.submit(identifier=login, password=password)

    def _follow(self, response: httpx.Response) -> FormBrowser:
        self.left_for = None
        for _ in range(10):
            if not response.is_redirect:
                self.page = response
                return self
            target = urljoin(str(response.url), response.headers["location"])
            if not target.startswith(self.url + "/"):
                self.left_for = target
                self.page = response
                return self
            response = self.client.get(target)
        raise AssertionError("a redirect loop")
