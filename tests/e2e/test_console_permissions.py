"""The operator models permissions in the console: a version is saved, tuples are written, answers are explained."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.server import ServerProcess
from tests.e2e.test_accessibility import violations


@pytest.fixture(params=["light", "dark"])
def operator(request: pytest.FixtureRequest, server: ServerProcess, chromium: Browser) -> Iterator[Page]:
    """The console's list of models; whatever the browser complains of fails the test."""
    context = chromium.new_context(locale="en-GB", color_scheme=request.param)
    context.set_default_timeout(15_000)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/admin/permissions")
    page.fill("#identifier", "admin")
    page.fill("#password", server.password)
    page.click("#submit")
    expect(page.get_by_role("heading", name="Permissions")).to_be_visible()
    yield page
    context.close()
    assert complaints == []


def open_demo(page: Page, part: str) -> None:
    page.get_by_role("link", name="Demo native app").click()
    page.get_by_role("tab", name=part).click()


def line(page: Page, text: str) -> Locator:
    return page.locator(".cm-line", has_text=text)


def choose_person(scope: Locator | Page, page: Page, label: str, name: str) -> None:
    scope.get_by_role("combobox", name=label).fill(name)
    page.get_by_role("listbox").get_by_role("option", name=name).first.click()


def ask(page: Page, name: str, action: str, document: str) -> None:
    choose_person(page, page, "Which", name)
    page.get_by_role("combobox", name="May").select_option(action)
    page.get_by_role("textbox", name="Id", exact=True).fill(document)
    page.get_by_role("button", name="Check").click()


def test_a_problem_is_marked_while_it_is_written(operator: Page) -> None:
    open_demo(operator, "Model")
    line(operator, "define list: viewer").click()
    operator.keyboard.press("End")
    operator.keyboard.type("x")

    problem = operator.get_by_role("status", name="Problems").get_by_role("button")
    expect(problem).to_contain_text("Line 16:18")
    expect(problem).to_contain_text("Did you mean viewer?")
    expect(line(operator, "define list: viewerx").locator(".cm-lintRange-error")).to_have_text("viewerx")
    assert violations(operator) == []
    problem.click()
    operator.keyboard.press("End")
    operator.keyboard.press("Backspace")
    expect(operator.get_by_role("status", name="Problems")).to_be_empty()


def test_a_version_is_previewed_saved_and_compared(operator: Page) -> None:
    open_demo(operator, "Model")
    current = line(operator, "define delete: ").inner_text().split()[-1]
    wanted = "editor" if current == "owner" else "owner"
    line(operator, "define delete: ").click()
    operator.keyboard.press("End")
    operator.keyboard.press("Control+Shift+ArrowLeft")
    operator.keyboard.type(wanted)
    expect(operator.get_by_text("The model is well-formed.")).to_be_visible()

    operator.get_by_role("button", name="Preview").click()
    preview = operator.get_by_role("region", name="Preview")
    counts = "4 gained, 0 lost" if wanted == "editor" else "0 gained, 4 lost"
    expect(preview).to_contain_text(f"{counts}; 2 of them concern what attributes decide")
    expect(preview.get_by_role("table").last).to_contain_text(f"define delete: {wanted}")
    assert violations(operator) == []
    operator.get_by_role("button", name="Save…").click()
    operator.get_by_role("dialog").get_by_label("Note").fill(f"Deleting needs {wanted}")
    operator.get_by_role("dialog").get_by_role("button", name="Save").click()

    versions = operator.get_by_role("table", name="Versions")
    expect(versions.get_by_role("row").nth(1)).to_contain_text(f"Deleting needs {wanted}")
    expect(versions.get_by_role("row").nth(1)).to_contain_text("in force")
    versions.get_by_role("button", name=re.compile("^Version")).first.click()
    expect(operator.get_by_role("dialog")).to_contain_text(f"define delete: {current}")
    expect(operator.get_by_role("dialog")).to_contain_text(f"define delete: {wanted}")
    assert violations(operator) == []


def test_a_tuple_is_written_found_and_deleted(operator: Page) -> None:
    open_demo(operator, "Tuples")
    operator.get_by_role("button", name="Add tuple").click()
    dialog = operator.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Relation").select_option("viewer")
    dialog.get_by_role("textbox", name="Id").fill("shared-notes")
    choose_person(dialog, operator, "Who", "Barbara Liskov")
    assert violations(operator) == []
    dialog.get_by_role("button", name="Add tuple").click()

    expect(operator.get_by_text("The tuple stands.")).to_be_visible()
    operator.get_by_role("combobox", name="Type", exact=True).select_option(label="document")
    operator.get_by_role("textbox", name="Entity id").fill("shared-notes")
    tuples = operator.get_by_role("table", name="Tuples")
    expect(tuples.get_by_role("row")).to_have_count(2)
    expect(tuples.get_by_role("row").nth(1)).to_contain_text("Barbara Liskov")
    assert "entity=shared-notes" in operator.url
    assert violations(operator) == []

    tuples.get_by_role("button", name="Delete document:shared-notes#viewer@Barbara Liskov").click()
    operator.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(operator.get_by_text("No tuple matches")).to_be_visible()


def test_an_answer_is_explained_and_what_is_missing_added(operator: Page) -> None:
    open_demo(operator, "Check")
    ask(operator, "Alan Turing", "read", "compiler-draft")
    answer = operator.get_by_role("region", name="Answer")
    expect(answer.get_by_role("heading")).to_have_text("Allowed")

    operator.get_by_role("button", name="Explain").click()
    proof = operator.get_by_role("tree", name="Proof")
    expect(proof).to_contain_text("team:research#member@Alan Turing")
    steps = proof.get_by_role("treeitem").count()
    proof.get_by_role("treeitem").first.focus()
    operator.keyboard.press("ArrowLeft")
    expect(proof.get_by_role("treeitem")).to_have_count(1)
    operator.keyboard.press("ArrowRight")
    expect(proof.get_by_role("treeitem")).to_have_count(steps)
    assert violations(operator) == []

    ask(operator, "Edsger Dijkstra", "read", "compiler-draft")
    expect(answer.get_by_role("heading")).to_have_text("Denied")
    operator.get_by_role("button", name="Explain").click()
    operator.get_by_role("button", name="Add this tuple: document:compiler-draft#viewer@Edsger Dijkstra").click()
    assert violations(operator) == []
    operator.get_by_role("dialog").get_by_role("button", name="Add tuple").click()
    expect(answer.get_by_role("heading")).to_have_text("Allowed")

    operator.get_by_role("tab", name="Tuples").click()
    operator.get_by_role("button", name="Delete document:compiler-draft#viewer@Edsger Dijkstra").click()
    operator.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(operator.get_by_text("The tuple is gone.")).to_be_visible()


def test_a_user_page_tells_what_they_may_do_and_why(operator: Page) -> None:
    operator.get_by_role("link", name="Users").first.click()
    operator.get_by_role("link", name="Ada Lovelace").click()
    operator.get_by_role("tab", name="Permissions").click()

    granted = operator.get_by_role("table", name="Effective permissions")
    expect(granted.get_by_role("row", name=re.compile("document:compiler-draft"))).to_contain_text("edit")
    tuples = operator.get_by_role("table", name="Tuples")
    expect(tuples.get_by_role("row", name=re.compile("team:engineering"))).to_contain_text("Demo native app")
    assert violations(operator) == []


def test_the_other_pages_are_accessible(server: ServerProcess, operator: Page) -> None:
    found = {"/permissions": violations(operator)}
    for path in (
        "/installation",
        "/installation?part=tuples",
        "/installation?part=policies",
        "/installation?part=check",
        "/built-in",
    ):
        operator.goto(f"{server.url}/admin/permissions{path}")
        operator.wait_for_load_state("networkidle")
        found[path] = violations(operator)
    operator.goto(f"{server.url}/admin/permissions")
    operator.get_by_role("link", name="Demo service").click()
    operator.get_by_role("button", name="Write the first one").click()
    expect(operator.get_by_text("The model is well-formed.")).to_be_visible()
    found["/clients?tab=permissions"] = violations(operator)

    assert {path: items for path, items in found.items() if items} == {}
