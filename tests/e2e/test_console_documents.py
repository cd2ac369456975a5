"""What the console sends is what the server has registered: urql writes it, `__typename` everywhere."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from graphql import parse
from playwright.sync_api import Page, Response

from app.cli.demo import DEMO_PASSWORD
from app.graph.document_ids import hash_document
from app.graph.registered import normalize, registered_documents
from tests.e2e.server import ServerProcess

FLOW = Path(__file__).parent / "flows" / "console_documents.mjs"
WEB = Path(__file__).parents[2] / "web"


def test_every_document_of_the_console_is_registered_as_urql_writes_it() -> None:
    printed = subprocess.run(["node", str(FLOW), str(WEB)], capture_output=True, text=True, check=True).stdout
    texts: dict[str, str] = json.loads(printed)
    names = {each.name for each in registered_documents().values()}

    unknown = [name for name, text in texts.items() if hash_document(normalize(parse(text))) not in _ids()]

    assert unknown == []
    assert len(texts) > 20
    assert set(texts) <= names
    assert all("__typename" in text for text in texts.values())


def test_the_console_of_somebody_who_is_no_operator_runs(server: ServerProcess, page: Page) -> None:
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response) if response.url.endswith("/graphql") else None)
    page.goto(f"{server.url}/signin?next=/admin/")
    page.fill("[name=identifier]", "ada@example.com")
    page.fill("[name=password]", DEMO_PASSWORD)
    with page.expect_response("**/graphql"):
        page.click("button[type=submit]")
    page.wait_for_load_state("networkidle")

    codes = [error["extensions"]["code"] for answer in answers for error in answer.json().get("errors", [])]
    assert answers
    assert "DOCUMENT_NOT_REGISTERED" not in codes
    assert all(answer.status == 200 for answer in answers)


def _ids() -> set[str]:
    return set(registered_documents())
