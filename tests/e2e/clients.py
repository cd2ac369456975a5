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


def ask_operator(server: ServerProcess, query: str, **variables: Any) -> Any:
    """Run a mutation of one field as the operator; its payload, in which nothing is wrong."""
    browser = FormBrowser(server.url).open("/signin").sign_in("admin", server.password)
    answer = browser.client.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"x-auther-csrf": "1", "accept": "application/json"},
    ).json()
    assert "errors" not in answer, answer
    [payload] = answer["data"].values()
    assert payload["errors"] == []
    return payload


def make_client(server: ServerProcess, kind: str, **values: Any) -> tuple[str, str]:
    """Id and secret of a new client; the secret is empty for one that has none."""
    payload = ask_operator(server, _CREATE, input={"name": "Machine", "kind": kind, **values})
    return payload["client"]["id"], payload["clientSecret"] or ""
