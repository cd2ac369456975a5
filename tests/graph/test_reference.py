"""The generated reference: it tells of everything, its links lead somewhere, its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, OperationDefinitionNode, parse
from graphql.execution.values import get_variable_values
from graphql.validation import validate

from app.graph.errors import UserErrorCode
from app.graph.reference.__main__ import main
from app.graph.reference.codes import _OTHER_CODES, find_reasons
from app.graph.reference.documents import Example, read_examples
from app.graph.reference.pages import write_pages
from app.graph.reference.reasons import CLOSES, TOP_LEVEL
from app.graph.schema import graphql_schema
from app.graph.socket import Close
from tests.architecture.test_errors_and_events import codes

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)")
ROOTS = {"Query": "queries.md", "Mutation": "mutations.md", "Subscription": "subscriptions.md"}


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def anchors(page: str) -> list[str]:
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return [re.sub(r"[^\w\s-]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_the_committed_pages_are_what_the_code_says() -> None:
    assert main(["--check"]) == 0


def test_pages_are_written_compared_and_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "reference"
    monkeypatch.setattr("app.graph.reference.__main__.FOLDER", folder)

    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0
    (folder / "queries.md").write_text("# Something else\n")
    (folder / "old.md").write_text("# What is gone\n")
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert sorted(file.name for file in folder.iterdir()) == sorted(write_pages())


def test_every_link_leads_somewhere() -> None:
    pages = write_pages()
    known = {name: set(anchors(page)) for name, page in pages.items()}
    broken = []
    for name, page in pages.items():
        for target in LINK.findall(page):
            file, _, anchor = target.partition("#")
            if file.startswith("https://"):
                continue
            if file.startswith("../"):
                broken += [] if (ROOT / "docs" / "reference" / file).resolve().exists() else [target]
            elif (file or name) not in known or (anchor and anchor not in known[file or name]):
                broken.append(f"{name}: {target}")

    assert broken == []


def test_no_heading_stands_twice_on_a_page() -> None:
    for name, page in write_pages().items():
        found = [each for each in anchors(page) if each]
        assert len(found) == len(set(found)), name


def test_everything_in_the_schema_is_told_of() -> None:
    pages = write_pages()
    whole = "\n".join(pages.values())
    for name, named in graphql_schema.type_map.items():
        if name.startswith("__"):
            continue
        if name in ROOTS:
            assert isinstance(named, GraphQLObjectType)
            missing = set(map(str.lower, named.fields)) - set(anchors(pages[ROOTS[name]]))
            assert missing == set()
        elif isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            assert re.search(rf"^### {name}$|\*\*{name}\*\*|`{name}`|\[{name}\]", whole, re.MULTILINE), name


def test_what_a_field_needs_and_takes_is_told() -> None:
    section = write_pages()["queries.md"].partition("\n### users\n")[2].partition("\n### ")[0]

    assert "| [UserConnection](objects.md#lists)! | `users.view` | 1, and for each item of the page" in section
    assert "| `filter` | [UserFilter](inputs.md#userfilter) | Which users. |" in section
    assert "| `sort` | [UserSort](enums.md#usersort)! | In which order. Default: `CREATED_AT_DESC`. |" in section
    assert "From [graphql/users/Users.graphql](../../graphql/users/Users.graphql). It costs 22." in section


@pytest.mark.parametrize("root", ROOTS)
def test_every_root_field_has_an_example(root: str) -> None:
    named = graphql_schema.type_map[root]
    assert isinstance(named, GraphQLObjectType)
    shown = {field for each in read_examples() for field in each.fields}

    assert {f"{root}.{name}" for name in named.fields} - shown == set()


def test_every_example_can_run_as_it_stands() -> None:
    assert {each.path: faults for each in read_examples() for faults in [find_faults(each)] if faults} == {}


def find_faults(example: Example) -> list[str]:
    document = parse(example.text)
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    faults = [error.message for error in validate(graphql_schema, document)]
    values = get_variable_values(graphql_schema, operation.variable_definitions or (), dict(example.variables))
    return faults + [error.message for error in values if isinstance(values, list)]


def test_every_code_has_a_meaning() -> None:
    reasons = find_reasons()
    others = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "INTERNAL"}

    assert {each.top for each in reasons} | others == TOP_LEVEL.keys()
    assert {each.payload for each in reasons} - {None} <= {code.name for code in UserErrorCode}
    assert CLOSES.keys() == set(Close)
    assert [each.code for each in reasons if not each.message] == []


def test_no_code_of_the_sources_is_left_out() -> None:
    elsewhere = ("cli_", "login_", "oidc_", "postgres_", "rest_", "metrics_")
    told = {each.code for each in find_reasons()} | _OTHER_CODES

    left_out = {code for _, code in codes()} - told
    assert {code for code in left_out if not code.startswith(elsewhere)} == set()


def test_reasons_are_those_of_the_code() -> None:
    told = {each.code: each for each in find_reasons()}

    assert (told["users_email_taken"].top, told["users_email_taken"].payload) == ("CONFLICT", "TAKEN")
    assert told["users_email_taken"].message == "A user with this e-mail address exists already."
    assert (told["kit_permission_missing"].top, told["kit_permission_missing"].payload) == ("FORBIDDEN", None)
    assert told["clients_too_long"].payload == "TOO_LONG"
    assert told["kit_page_size"].message == "A page holds 1 to … items."
    assert not any(code.startswith(("oidc_invalid", "postgres_")) for code in told)
