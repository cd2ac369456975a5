"""The operator writes a policy in the console: it is tried, saved, asked by a check, followed up and deleted."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.clients import make_client
from tests.e2e.server import ServerProcess
from tests.e2e.test_accessibility import violations

MODEL = """model
  schema 1.1

type user

type invoice
  relations
    define manager: [user]
  permissions
    define approve: manager policy small-amounts
"""
SOURCE = "return context.resource.amount <= 1000"
SAVE_MODEL = "mutation ($input: ModelSaveInput!) { modelSave(input: $input) { errors { message } } }"
WRITE = "mutation ($input: TuplesWriteInput!) { tuplesWrite(input: $input) { errors { message } } }"
CHECK = "query ($input: CheckInput!) { check(input: $input, consistency: {mode: FULLY_CONSISTENT}) { decision } }"
WAIT_SECONDS = 20


class Console:
    """The policies of a new client, as an operator sees them; whatever the browser complains of is kept."""

    def __init__(self, page: Page, url: str, client_id: str, name: str) -> None:
        self.page, self.url, self.client_id, self.name = page, url, client_id, name
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, page: Page | None = None) -> None:
        (page or self.page).goto(f"{self.url}/admin/clients/{self.client_id}?tab=permissions&part=policies")

    def ask_api(self, query: str, variables: Mapping[str, object]) -> dict[str, object]:
        """The data of an answer to the operator."""
        told = self.page.request.post(
            f"{self.url}/graphql",
            data={"query": query, "variables": {"input": variables}},
            headers={"X-Auther-CSRF": "1"},
        ).json()
        assert "errors" not in told, told
        data: dict[str, object] = told["data"]
        return data

    def check(self, amount: object) -> object:
        asked = {
            "subject": {"type": "user", "id": "ada"},
            "action": "approve",
            "entity": {"type": f"{self.client_id}:invoice", "id": "7"},
            "context": {} if amount is None else {"amount": amount},
        }
        answer = self.ask_api(CHECK, asked)["check"]
        assert isinstance(answer, dict)
        return answer["decision"]

    def use_policy(self) -> None:
        """A model whose permission names the policy, and a manager."""
        saved = self.ask_api(SAVE_MODEL, {"clientId": self.client_id, "source": MODEL})
        invoice = {"type": f"{self.client_id}:invoice", "id": "7"}
        manager = {"entity": invoice, "relation": "manager", "subject": {"type": "user", "id": "ada"}}
        written = self.ask_api(WRITE, {"writes": [manager]})
        assert (saved, written) == ({"modelSave": {"errors": []}}, {"tuplesWrite": {"errors": []}})

    def write_source(self, source: str, page: Page | None = None) -> None:
        shown = page or self.page
        shown.locator(".cm-content").click()
        shown.keyboard.press("Control+a")
        shown.keyboard.insert_text(source)

    def save(self, note: str, page: Page | None = None) -> None:
        shown = page or self.page
        shown.keyboard.press("Control+s")
        shown.get_by_role("dialog").get_by_label("Note").fill(note)
        shown.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(shown.get_by_role("dialog")).to_have_count(0)

    def refresh_until(self, shown: Locator) -> None:
        """Evaluations are written together every second: each answer is looked at until they are there."""
        until = time.monotonic() + WAIT_SECONDS
        while not shown.is_visible():
            assert time.monotonic() < until, self.page.get_by_role("main").inner_text()
            with self.page.expect_response("**/graphql"):
                self.page.get_by_role("button", name="Refresh").click()

    def picture(self, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.screenshot(path=f"{folder}/{self.name}-{name}.png", full_page=True)


@pytest.fixture(params=["light", "dark"])
def console(request: pytest.FixtureRequest, server: ServerProcess, chromium: Browser) -> Iterator[Console]:
    """A client without policies in the console; what the browser complains of fails the test."""
    client_id, _ = make_client(server, "MACHINE", name=f"Shop {request.param}")
    context = chromium.new_context(locale="en-GB", color_scheme=request.param)
    context.set_default_timeout(15_000)
    console = Console(context.new_page(), server.url, client_id, request.param)
    console.page.goto(f"{server.url}/admin/")
    console.page.fill("#identifier", "admin")
    console.page.fill("#password", server.password)
    console.page.click("#submit")
    console.page.wait_for_url(f"{server.url}/admin/")
    console.open()
    yield console
    context.close()
    assert console.complaints == []


def write_first(console: Console, source: str = SOURCE) -> None:
    """A policy without samples."""
    console.page.get_by_role("button", name="New policy").click()
    console.page.get_by_label("Name").first.fill("small-amounts")
    samples = console.page.get_by_role("region", name="Samples")
    for _ in range(samples.get_by_role("listitem").count()):
        samples.get_by_role("listitem").first.get_by_role("button").first.click()
        samples.get_by_role("button", name=re.compile("^Remove")).click()
    console.write_source(source)


def test_a_policy_is_tried_saved_asked_and_deleted(console: Console) -> None:
    page, found = console.page, dict[str, list[str]]()
    expect(page.get_by_text("No policies yet")).to_be_visible()
    found["none"] = violations(page)
    write_first(console, "return context.resource.amount <= 1000 and not undefinedthing")

    problems = page.get_by_role("status", name="Problems")
    expect(problems).to_contain_text(re.compile("Line 1.*undefinedthing"))
    expect(page.locator(".cm-lintRange-warning")).to_have_count(1)
    console.write_source(SOURCE)
    expect(page.get_by_text("The source is Lua.")).to_be_visible()
    page.get_by_role("textbox", name="Context").fill('{"resource": {"amount": 10}}')
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status", name="Result")).to_contain_text("Allowed")
    page.get_by_role("button", name="Keep as a sample").click()
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("status", name="Result")).to_contain_text("The sample holds.")
    found["tried"] = violations(page)
    console.picture("policy-tried")
    console.save("The first one")
    expect(page.get_by_text("Version 1 is in force.")).to_be_visible()

    console.use_policy()
    assert [console.check(amount) for amount in (10, 5000, None)] == ["ALLOWED", "DENIED", "UNDECIDED"]
    page.get_by_role("tab", name="Evaluations").click()
    rows = page.get_by_role("table", name="Evaluations").locator("tbody tr")
    console.refresh_until(rows.nth(2))
    expect(rows.get_by_text(re.compile("^(Allowed|Denied|Error)$"))).to_have_text(["Error", "Denied", "Allowed"])
    page.get_by_role("combobox", name="Verdict").select_option("DENIED")
    expect(rows).to_have_count(1)
    rows.first.get_by_role("button").click()
    expect(page.get_by_label("what the policy saw", exact=True)).to_contain_text('"amount": 5000')
    found["evaluations"] = violations(page)
    console.picture("policy-evaluations")

    page.get_by_role("button", name="Delete…").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 permission asks it")
    expect(page.get_by_role("dialog")).to_contain_text("invoice.approve")
    found["in use"] = violations(page)
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    saved = console.ask_api(
        SAVE_MODEL, {"clientId": console.client_id, "source": MODEL.replace(" policy small-amounts", "")}
    )
    assert saved == {"modelSave": {"errors": []}}
    page.reload()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("small-amounts")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No policies yet")).to_be_visible()
    assert {place: items for place, items in found.items() if items} == {}


def test_what_is_wrong_stands_at_its_place(console: Console) -> None:
    page = console.page
    write_first(console, "return context.resource.amount <=")
    page.get_by_label("Name").first.fill("Small")
    expect(page.get_by_role("status", name="Problems").get_by_role("button")).to_contain_text("Line 1")
    expect(page.locator(".cm-lintRange-error")).to_have_count(1)
    page.keyboard.press("Control+s")
    expect(page.get_by_label("Name").first).to_be_focused()
    expect(page.get_by_text("Begin with a small letter")).to_be_visible()

    page.get_by_label("Name").first.fill("small-amounts")
    console.write_source("return context.amount.total <= 1000")
    page.get_by_role("button", name="Add sample").click()
    sample = page.get_by_role("region", name="Samples").get_by_role("listitem")
    sample.get_by_role("textbox", name="Context").fill("{")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(sample.get_by_role("textbox", name="Context")).to_be_focused()
    expect(sample).to_contain_text("This must be a JSON object")
    found = violations(page)
    sample.get_by_role("textbox", name="Context").fill("{}")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("status", name="Result")).to_contain_text("Line 1: ")
    expect(sample).to_contain_text("Expected allowed, failed: line 1")
    expect(page.locator(".cm-lintRange-error")).to_have_count(1)
    console.save("It cannot be")
    expect(page.get_by_text(re.compile(r"^Not saved\. The sample "))).to_be_visible()
    assert found + violations(page) == []


def test_versions_are_compared_and_a_conflict_is_told(console: Console) -> None:
    page = console.page
    write_first(console)
    console.save("The first one")
    expect(page.get_by_role("heading", name="small-amounts")).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".cm-content")).to_contain_text("1000")
    console.write_source("return context.resource.amount <= 500", other)
    console.save("At most 500", other)
    expect(other.get_by_text("Version 2 is in force.")).to_be_visible()

    console.write_source("return context.resource.amount <= 700")
    console.save("At most 700")
    expect(page.get_by_text("Somebody saved in the meantime")).to_be_visible()
    expect(page.get_by_role("button", name="Save…")).to_be_disabled()
    found = violations(page)
    page.get_by_role("button", name="See what they changed").click()
    page.get_by_role("button", name="Version 2").click()
    expect(page.get_by_role("dialog")).to_contain_text("return context.resource.amount <= 500")
    found += violations(page)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("tab", name="Source").click()
    expect(page.locator(".cm-content")).to_contain_text("700")
    page.get_by_role("button", name="Keep mine and save over it").click()
    console.save("At most 700, after all")
    expect(page.get_by_text("Version 3 is in force.")).to_be_visible()

    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="Version 1").click()
    page.get_by_role("button", name="Bring it back into the editor").click()
    expect(page.locator(".cm-content")).to_contain_text("1000")
    expect(page.get_by_text("with changes that are not saved")).to_be_visible()
    assert found + violations(page) == []


def test_a_tuple_is_given_a_policy_and_the_proof_tells_of_it(console: Console) -> None:
    page = console.page
    write_first(console)
    console.save("The first one")
    console.use_policy()
    page.get_by_role("tab", name="Tuples").click()
    page.get_by_role("button", name="Add tuple").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Id").fill("8")
    dialog.get_by_role("combobox", name="Who").fill("Ada")
    page.get_by_role("listbox").get_by_role("option", name="Ada Lovelace").first.click()
    dialog.get_by_role("combobox", name="Policy").select_option("small-amounts")
    found = violations(page)
    dialog.get_by_role("button", name="Add tuple").click()
    expect(page.get_by_role("table", name="Tuples").get_by_role("row", name=re.compile("invoice:8"))).to_contain_text(
        "if small-amounts"
    )

    page.get_by_role("tab", name="Check").click()
    page.get_by_role("combobox", name="Which").fill("Ada")
    page.get_by_role("listbox").get_by_role("option", name="Ada Lovelace").first.click()
    page.get_by_role("textbox", name="Id", exact=True).fill("8")
    page.get_by_role("button", name="Context and what if").click()
    page.get_by_role("textbox", name="Context").fill(json.dumps({"amount": 12}))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("region", name="Answer").get_by_role("heading")).to_have_text("Allowed")
    page.get_by_role("button", name="Explain").click()
    proof = page.get_by_role("tree", name="Proof")
    expect(proof).to_contain_text(re.compile(r"small-amounts\s*policy · version 1, "))
    page.get_by_role("button", name="Unfold all").click()
    expect(proof).to_contain_text('"amount":12')
    assert found + violations(page) == []


def test_the_installation_has_policies_of_its_own(console: Console) -> None:
    page, found = console.page, dict[str, list[str]]()
    for part in ("policies", "policies&policy=new", "policies&policy=pol_unknown"):
        page.goto(f"{console.url}/admin/permissions/installation?part={part}")
        page.wait_for_load_state("networkidle")
        found[part] = violations(page)

    expect(page.get_by_text("There is no such policy")).to_be_visible()
    assert {part: items for part, items in found.items() if items} == {}
