"""Clients made through the API, as an operator would."""

from __future__ import annotations

from typing import Any

from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

_CREATE = """
mutation Create($input: ClientCreateInput!) {
  clientCreate(input: $input) { client { id } clientSecret errors { code field message } }
}
"""


def make_client(server: ServerProcess, kind: str, **values: Any) -> tuple[str, str]:
    """Id and secret of a new client; the secret is empty for one that has none."""
    browser = FormBrowser(server.url).open("/signin").sign_in("admin", server.password)
    answer = browser.client.post(
        "/graphql",
        json={"query": _CREATE, "variables": {"input": {"name": "Machine", "kind": kind, **values}}},
        headers={"x-auther-csrf": "1", "accept": "application/json"},
    ).json()
    payload = answer["data"]["clientCreate"]
    assert payload["errors"] == []
    return payload["client"]["id"], payload["clientSecret"] or ""
