"""Policies from the command line: the guide says what is so, and folders are applied as often as one likes."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.commands import ROOT, Ran, run_commands

GUIDE = (ROOT / "docs" / "policies.md").read_text("utf-8")


def write_files(folder: Path) -> None:
    """The files that the guide names."""
    for name, content in re.findall(r"^`([\w.-]+)`:\n\n```\w+\n(.*?)```", GUIDE, re.DOTALL | re.MULTILINE):
        (folder / name).write_text(content, "utf-8")


def examples() -> Iterator[tuple[str, list[str]]]:
    """The guide's commands, each with what it prints."""
    for block in re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL):
        for part in re.split(r"^\$ auther ", block, flags=re.MULTILINE)[1:]:
            command, *output = part.rstrip("\n").split("\n")
            yield command, output


def assert_shown(ran: Ran, shown: list[str]) -> None:
    """What was printed is what the guide shows; `…` there stands for anything, alone for any lines."""
    lines = [re.escape(squeeze(line)).replace("…", ".*") for line in shown]
    pattern = "\n".join("(?:.*\n)*?.*" if line == ".*" else line for line in lines)
    printed = "\n".join(map(squeeze, ran.lines))
    assert re.fullmatch(pattern, printed), f"{ran.output}\n is not \n{shown}"


def squeeze(line: str) -> str:
    """Columns are as wide as what stands in them."""
    return re.sub(r"(?<=\S) {2,}", " ", line)


def test_the_guide_says_what_is_so(tmp_path: Path) -> None:
    write_files(tmp_path)
    shown = list(examples())

    ran = run_commands(tmp_path, [shlex.split(command) for command, _ in shown])

    for (_, output), done in zip(shown, ran, strict=True):
        assert_shown(done, output)
    assert [each.code for each in ran] == [0, 0, 0, 0, 0, 1, 0, 1, 0]


def test_a_folder_is_applied_as_often_as_one_likes(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    write_files(folder)
    (folder / "night.lua").write_text("return tonumber(context.timestamp:sub(12, 13)) >= 22\n", "utf-8")
    yaml = '- {name: late, context: {timestamp: "2026-01-01T23:00:00Z"}, isAllowed: true}\n'
    (folder / "night.samples.yaml").write_text(yaml, "utf-8")
    wrong = tmp_path / "night.lua"
    wrong.write_text("return false\n", "utf-8")

    first, again, same, other, refused, shown, gone = run_commands(
        tmp_path,
        [
            ["policies", "apply", "policies", "--json"],
            ["policies", "apply", "policies", "--json"],
            ["policies", "diff", "policies/night.lua"],
            ["policies", "diff", "night.lua"],
            ["policies", "save", "night.lua"],
            ["policies", "show", "night"],
            ["policies", "show", "nothing"],
        ],
    )

    assert json.loads(first.output) == [
        {"name": "night", "version": 1, "change": "new"},
        {"name": "small-amounts", "version": 1, "change": "new"},
    ]
    assert [(each["version"], each["change"]) for each in json.loads(again.output)] == [(1, "none"), (1, "none")]
    assert (same.code, same.lines) == (0, ["Nothing changes."])
    assert (other.code, other.lines[-1]) == (1, "+return false")
    assert (refused.code, refused.lines) == (
        1,
        ["samples: The sample late should be allowed, and is denied. (INVALID)"],
    )
    assert (shown.code, shown.lines) == (0, ["return tonumber(context.timestamp:sub(12, 13)) >= 22"])
    assert (gone.code, "There is no policy nothing" in gone.output) == (1, True)


def test_versions_are_shown_and_evaluations_are_for_programs_too(tmp_path: Path) -> None:
    (tmp_path / "p.lua").write_text("return true\n", "utf-8")
    (tmp_path / "q.lua").write_text("return false\n", "utf-8")

    ran = run_commands(
        tmp_path,
        [
            ["policies", "save", "p.lua", "--note", "Begin"],
            ["policies", "save", "q.lua", "--name", "p", "--expect-version", "1"],
            ["policies", "save", "q.lua", "--name", "p", "--expect-version", "5"],
            ["policies", "show", "p", "--version", "1"],
            ["policies", "show", "p", "--json"],
            ["policies", "evaluations", "p", "--json"],
            ["policies", "evaluations", "p", "--verdict", "maybe"],
            ["policies", "list", "--quiet"],
            ["policies", "delete", "p", "--yes"],
            ["policies", "list"],
        ],
    )

    assert [each.code for each in ran] == [0, 0, 1, 0, 0, 0, 2, 0, 0, 0]
    assert ran[2].lines == ["expectedVersion: Version 2 is in force by now. (CONFLICT)"]
    assert ran[3].lines == ["return true"]
    assert (json.loads(ran[4].output)["version"], json.loads(ran[4].output)["source"]) == (2, "return false\n")
    assert json.loads(ran[5].output) == []
    assert (ran[7].lines, ran[9].lines) == (["p"], ["Nothing to show."])


def test_a_policy_is_tried_without_a_server(tmp_path: Path) -> None:
    write_files(tmp_path)
    (tmp_path / "given.json").write_text('{"resource": {"amount": 10}}', "utf-8")
    (tmp_path / "odd.lua").write_text("return amuont == nil\n", "utf-8")
    (tmp_path / "bad.lua").write_text("\nreturn (\n", "utf-8")
    (tmp_path / "loop.lua").write_text("while true do end\n", "utf-8")
    (tmp_path / "other.json").write_text('[{"name": "a", "context": {}, "isAllowed": true}]', "utf-8")
    (tmp_path / "strange.json").write_text('[{"name": "a", "context": {}, "allowed": true}]', "utf-8")
    tests = [
        ["small-amounts.lua", "--context", "@given.json"],
        ["small-amounts.lua", "--context", '{"resource": {"amount": 5000}}'],
        ["small-amounts.lua", "--samples", "other.json"],
        ["small-amounts.lua", "--samples", "strange.json"],
        ["odd.lua"],
        ["bad.lua"],
        ["loop.lua", "--context", "{}", "--json"],
        ["odd.lua", "--context", "[]"],
    ]

    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AUTHER_DATABASE_URL": "postgres://x@127.0.0.1:1/x",
    }
    ran = run_commands(tmp_path, [["policies", "test", *each] for each in tests], environment=environment)

    assert [each.code for each in ran] == [0, 1, 1, 1, 0, 1, 1, 2]
    assert (ran[0].lines[-1], ran[1].lines[-1]) == ("allowed", "denied")
    assert ran[2].lines == ["FAIL  a: denied, should be allowed", "small-amounts.lua: 0 of 1 samples hold"]
    assert "sample 1 has to have name, context and isAllowed" in ran[3].output
    assert ran[4].lines[0].startswith("odd.lua:1: warning: ")
    assert ran[5].lines[0].startswith("error: line ")
    assert json.loads(ran[6].output)["result"]["problem"]["code"] == "policies_instructions"
