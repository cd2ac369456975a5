"""The permission engine from the command line: the guide says what is so, and mistakes are a pleasure to read."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.commands import ROOT, Ran, run_commands

GUIDE = (ROOT / "docs" / "permissions.md").read_text("utf-8")
MODEL = re.search(r"```fga\n(.*?)```", GUIDE, re.DOTALL)[1]  # type: ignore[index]


def write_files(folder: Path) -> None:
    """The files that the guide names, and those that it describes."""
    for name, content in re.findall(r"`([\w.]+)`:\n\n```\w+\n(.*?)```", GUIDE, re.DOTALL):
        (folder / name).write_text(content, "utf-8")
    closed = MODEL.replace(
        "define viewer: [user, user:*] or editor or viewer from parent", "define viewer: [user, user:*] or editor"
    )
    (folder / "closed.fga").write_text(closed, "utf-8")
    (folder / "paper.fga").write_text(MODEL.replace("document", "paper"), "utf-8")


def examples() -> Iterator[tuple[str, list[str]]]:
    """The guide's commands, each with what it prints."""
    for block in re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL):
        for part in re.split(r"^\$ auther ", block, flags=re.MULTILINE)[1:]:
            command, *output = part.rstrip("\n").split("\n")
            yield command, output


def test_the_guide_says_what_is_so(tmp_path: Path) -> None:
    write_files(tmp_path)
    (first, shown), *others = examples()
    [made] = run_commands(tmp_path, [shlex.split(first)])
    client = made.lines[0].split()[1]

    ran = run_commands(tmp_path, [shlex.split(command.replace("$CLIENT", client)) for command, _ in others])

    assert_shown(made, shown, client)
    for (_, output), done in zip(others, ran, strict=True):
        assert_shown(done, output, client)
    assert [each.code for each in ran if "denied: " in each.output or "undecided: " in each.output] == [1, 1, 1]


def assert_shown(ran: Ran, shown: list[str], client: str) -> None:
    """What was printed is what the guide shows; `…` there stands for anything, alone for any lines."""
    lines = [re.escape(squeeze(line)).replace("…", ".*") for line in shown]
    pattern = "\n".join("(?:.*\n)*?.*" if line == ".*" else line for line in lines)
    printed = "\n".join(map(squeeze, ran.lines))
    assert re.fullmatch(pattern.replace(re.escape("$CLIENT"), client), printed), f"{ran.output}\n is not \n{shown}"


def squeeze(line: str) -> str:
    """Columns are as wide as what stands in them."""
    return re.sub(r"(?<=\S) {2,}", "  ", line)


BAD = MODEL.replace("or editor or viewer", "or editro or viewer")
SUITE = """
name: documents
model_file: documents.fga
tuples:
  - document:1#owner@user:anne
cases:
  - check:
      user:anne edit document:1: true
      user:bob read document:1: true
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("authz")
    write_files(made)
    (made / "bad.fga").write_text(BAD, "utf-8")
    (made / "suite.yaml").write_text(SUITE, "utf-8")
    (made / "guarded.fga").write_text(
        MODEL.replace("define read: viewer", "define read: viewer policy four_eyes"), "utf-8"
    )
    (made / "policies").mkdir()
    (made / "policies" / "by_night.lua").write_text("return context.resource.hour > 20", "utf-8")
    (made / "policies" / "four_eyes.lua").write_text("return context.resource.eyes == 4", "utf-8")
    (made / "lines.jsonl").write_bytes(b'{"entity":"document:1","relation":"viewer","subject":"user:a"}\nnonsense\n')
    return made


@pytest.fixture(scope="module")
def ran(folder: Path) -> dict[str, Ran]:
    """All commands of these tests, run in one process and in this order."""
    commands = [
        "models validate bad.fga",
        "models validate bad.fga --json",
        "models convert documents.fga --to openfga",
        "models test documents.fga suite.yaml",
        "models test suite.yaml --json",
        "models show",
        "models apply bad.fga --yes",
        "models apply documents.fga",
        "models apply documents.fga --yes --json",
        "models apply documents.fga --yes",
        "models apply closed.fga --yes --expect-version 0",
        "models show --format json",
        "models show --system",
        "check user:anne read documnet:1",
        "check user:anne paint document:1",
        "check user:anne read document:1 --with document:1#viewer@user:anne --explain --json",
        "check user:anne read document:1 --context 7",
        "what-can user:anne read",
        "tuples import lines.jsonl",
        "tuples import lines.jsonl --skip-bad --json",
        "tuples export",
        "tuples delete",
        "tuples delete --relation member --yes",
        "tuples write document:1#viewer@user:a --expires soon",
        "models validate guarded.fga",
        "models validate guarded.fga --policies policies",
        "models apply guarded.fga --yes",
        "policies save policies/by_night.lua",
        "policies save policies/four_eyes.lua",
        "models apply guarded.fga --yes --json",
        "tuples write document:1#owner@user:nora --policy by_day",
        "tuples write document:1#owner@user:nora --policy by_night --condition late",
        "tuples write document:1#owner@user:nora --policy by_night",
        "tuples list --subject user:nora",
        "tuples export --subject user:nora",
        'check user:nora edit document:1 --context {"hour":22}',
        'check user:nora edit document:1 --context {"hour":9} --explain',
    ]
    return dict(zip(commands, run_commands(folder, [command.split() for command in commands]), strict=True))


def test_mistakes_of_a_model_are_shown_as_a_compiler_does(ran: dict[str, Ran]) -> None:
    done = ran["models validate bad.fga"]
    line = BAD.splitlines().index("    define viewer: [user, user:*] or editro or viewer from parent") + 1

    assert done.code == 1
    assert done.lines == [
        f"bad.fga:{line}:38: error: `document` has no relation `editro`.",
        "    define viewer: [user, user:*] or editro or viewer from parent",
        "                                     ^",
        "Did you mean `editor`?",
        "",
        "1 mistake in bad.fga.",
    ]
    [problem] = json.loads(ran["models validate bad.fga --json"].output)
    assert (problem["isWarning"], problem["line"], problem["column"]) == (False, line, 38)
    assert ran["models apply bad.fga --yes"].lines == done.lines


def test_a_permission_names_a_policy_that_is_there(ran: dict[str, Ran]) -> None:
    assert [ran[f"models validate guarded.fga{each}"].code for each in ("", " --policies policies")] == [0, 0]
    refused = ran["models apply guarded.fga --yes"]
    assert refused.code == 1
    assert "error: There is no policy `four_eyes`." in refused.output
    assert json.loads(ran["models apply guarded.fga --yes --json"].output)["version"] == 2


def test_a_tuple_counts_where_its_policy_says_so(ran: dict[str, Ran]) -> None:
    unknown = ran["tuples write document:1#owner@user:nora --policy by_day"]
    both = ran["tuples write document:1#owner@user:nora --policy by_night --condition late"]
    listed = ran["tuples list --subject user:nora"]
    denied = ran['check user:nora edit document:1 --context {"hour":9} --explain']

    assert (unknown.code, both.code) == (1, 2)
    assert "there is no policy by_day where the entity's type belongs. (INVALID)" in unknown.output
    assert ran["tuples write document:1#owner@user:nora --policy by_night"].code == 0
    assert "policy by_night" in listed.output
    assert json.loads(ran["tuples export --subject user:nora"].output)["policy"] == "by_night"
    assert ran['check user:nora edit document:1 --context {"hour":22}'].code == 0
    assert denied.code == 1
    assert re.search(r"✗ policy by_night\n.*version 1, [\d,]+ µs\n.*saw \{.*\"hour\":9", denied.output)


def test_failed_cases_are_shown_with_their_place(ran: dict[str, Ran]) -> None:
    done = ran["models test documents.fga suite.yaml"]

    assert done.code == 1
    assert done.lines == [
        "ok    documents.fga: 2 of 2 cases passed",
        "FAIL  suite.yaml:9: check user:bob read document:1  [case 1]",
        "        expected allowed",
        "        actual   denied",
        "FAIL  suite.yaml: 3 of 4 cases passed",
        "6 cases in 2 files: 1 failed, 1 of 2 files did not pass.",
    ]
    [report] = json.loads(ran["models test suite.yaml --json"].output)
    assert (report["cases"], [each["at"] for each in report["failed"]]) == (4, ["suite.yaml:9"])


def test_a_model_is_saved_once_and_only_when_somebody_says_yes(ran: dict[str, Ran]) -> None:
    assert ran["models show"] == Ran(1, "There is no model yet. Save one with: auther models apply FILE\n")
    asked = ran["models apply documents.fga"]
    assert (asked.code, asked.lines[-1]) == (2, "Nobody can be asked here: give --yes.")
    assert json.loads(ran["models apply documents.fga --yes --json"].output)["version"] == 1
    assert ran["models apply documents.fga --yes"] == Ran(0, "Nothing changes.\nVersion 1 is in force.\n")
    late = ran["models apply closed.fga --yes --expect-version 0"]
    assert late == Ran(1, "Somebody saved version 1 in the meantime. (authz_model_conflict)\n")


def test_models_are_shown_in_other_forms(ran: dict[str, Ran]) -> None:
    assert set(json.loads(ran["models show --format json"].output)["types"]) == {"user", "folder", "document"}
    assert json.loads(ran["models convert documents.fga --to openfga"].output)["schema_version"] == "1.1"
    assert "type platform" in ran["models show --system"].output


def test_what_means_nothing_is_told_in_one_line(ran: dict[str, Ran]) -> None:
    assert ran["check user:anne read documnet:1"] == Ran(
        1, "No model defines the type documnet. Did you mean `document`? (authz_type_unknown)\n"
    )
    assert ran["check user:anne paint document:1"].lines == [
        "denied: user:anne paint document:1",
        "  document has neither a permission nor a relation paint. (authz_action_unknown)",
    ]
    assert ran["check user:anne read document:1 --context 7"] == Ran(
        1, 'A context is a JSON object, as in \'{"ip": "10.0.0.1"}\'. (authz_context_invalid)\n'
    )
    moment = ran["tuples write document:1#viewer@user:a --expires soon"]
    assert (moment.code, moment.output.partition(".")[0]) == (1, "`soon` is no moment")
    assert ran["tuples delete --relation member --yes"].lines == [
        "filter: Name the type of the entity, or the subject with its type. (INVALID)"
    ]


@pytest.mark.parametrize("command", ["what-can user:anne read", "tuples delete"])
def test_wrong_usage_has_a_code_of_its_own(ran: dict[str, Ran], command: str) -> None:
    assert ran[command].code == 2
    assert "Invalid value: " in ran[command].output


def test_a_proof_can_be_read_by_programs(ran: dict[str, Ran]) -> None:
    done = ran["check user:anne read document:1 --with document:1#viewer@user:anne --explain --json"]

    answer = json.loads(done.output)
    assert (done.code, answer["answer"]["decision"], answer["missing"]) == (0, "ALLOWED", [])
    assert (answer["nodes"][0]["kind"], answer["nodes"][0]["label"]) == ("PERMISSION", "document:1: read needs viewer")


def test_a_bad_line_stops_an_import_unless_it_is_left_out(ran: dict[str, Ran]) -> None:
    stopped = ran["tuples import lines.jsonl"]
    skipped = json.loads(ran["tuples import lines.jsonl --skip-bad --json"].output)

    assert stopped.code == 1
    assert stopped.lines[0].startswith("line 2: This is no JSON: ")
    assert stopped.lines[1] == "2 lines read: 0 written, 0 unchanged, 1 bad."
    assert (skipped["written"], skipped["isComplete"], skipped["badLines"][0]["line"]) == (1, True, 2)
    assert ran["tuples export"].output == '{"entity":"document:1","relation":"viewer","subject":"user:a"}\n'
