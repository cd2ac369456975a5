"""Drives OpenFGA inside `fga model test`: the only way in which that tool answers without a server elsewhere.

It cannot be asked twice: each run reads a YAML file, writes its tuples into an embedded store in memory, checks one
question after the other by calling the server's code (no socket, no gRPC), and ends. A rate is therefore taken from
the difference of two runs with the same tuples and many or few questions: reading the additional questions is in it,
start and tuples are not. Writing tuples there costs time with the square of their number.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from tests.bench.authz.peers import Peers
from tests.bench.authz.shapes import Fact, Question

MAX_SECONDS = 120
# Tuples beyond which loading takes minutes.
MAX_TUPLES = 10_000
NO_ANSWER = "error"
# Subject, relation, object: `user:anne`, `viewer`, `document:1`.
Asked = tuple[str, str, str]


class WrongAnswers(RuntimeError):
    """The tool did not answer as expected; the text is what it says."""


class Openfga:
    """The tool, for one model and its tuples."""

    def __init__(self, peers: Peers, model: str, facts: Iterable[Fact], core: int | None = None) -> None:
        assert peers.fga is not None
        self._fga, self._core = peers.fga, core
        self._tuples = [_tuple(each) for each in facts]
        self._model = model
        self._took = 0.0

    def answers(self, asked: Sequence[Asked]) -> list[bool | str]:
        """The answers; text is an error."""
        told = self._verbose({"check": [_check(each) for each in asked]})
        return [_said(each) for each in _in_order(told["check_results"], asked)]

    def listed(self, queries: Sequence[tuple[str, str, str]]) -> list[list[str] | str]:
        """Subject, relation and type each: the ids; text is an error."""
        tests = [{"user": user, "type": kind, "assertions": {relation: []}} for user, relation, kind in queries]
        told = _in_order(self._verbose({"list_objects": tests})["list_objects_results"], queries)
        return [
            NO_ANSWER if each["error"] is not None else sorted(name.partition(":")[2] for name in each["got"] or ())
            for each in told
        ]

    def seconds(self, asked: Sequence[tuple[Asked, bool]]) -> float:
        """How long a run with these questions takes by the clock; start and loading included.

        Raises:
            WrongAnswers: one is not answered as expected, or not at all.
        """
        told = self._run({"check": [_check(*each) for each in asked]})
        found = re.search(r"^Checks (\d+)/(\d+) passing$", told, re.MULTILINE)
        if found is None or found.group(1) != str(len(asked)):
            reason = re.search(r"desc = (.{1,90})", told)
            raise WrongAnswers(reason.group(1) if reason else told[:300])
        return self._took

    def _verbose(self, tests: dict[str, Any]) -> dict[str, Any]:
        out = self._run(tests, "--verbose", "--suppress-summary")
        if not out.lstrip().startswith("["):
            raise WrongAnswers(out[:300])
        found, _ = json.JSONDecoder().raw_decode(out.lstrip())
        return cast("dict[str, Any]", found[0])

    def _run(self, tests: dict[str, Any], *options: str) -> str:
        core = self._core
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.fga.yaml"
            content = {"model": self._model.strip(), "tuples": self._tuples, "tests": [{"name": "bench", **tests}]}
            # JSON is YAML.
            path.write_text(json.dumps(content), "utf-8")
            started = time.perf_counter()
            done = subprocess.run(
                [str(self._fga), "model", "test", "--tests", str(path), *options],
                capture_output=True,
                text=True,
                timeout=MAX_SECONDS,
                check=False,
                preexec_fn=(lambda: os.sched_setaffinity(0, {core})) if core is not None else None,
            )
            self._took = time.perf_counter() - started
        return done.stdout or done.stderr


def _tuple(fact: Fact) -> dict[str, str]:
    userset = f"#{fact.subject_relation}" if fact.subject_relation else ""
    subject = f"{fact.subject_type}:{fact.subject_id}{userset}"
    return {"user": subject, "relation": fact.relation, "object": f"{fact.entity_type}:{fact.entity_id}"}


def _check(asked: Asked, expected: bool = True) -> dict[str, Any]:
    user, relation, entity = asked
    return {"user": user, "object": entity, "assertions": {relation: expected}}


def _said(result: dict[str, Any]) -> bool | str:
    # The tool's JSON has an empty object for any error.
    return NO_ANSWER if result["error"] is not None else bool(result["got"])


def _in_order(results: list[dict[str, Any]], asked: Sequence[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Results come in the order of the tests."""
    assert len(results) == len(asked), (len(results), len(asked))
    return results


def as_asked(question: Question) -> tuple[Asked, bool]:
    """A question with its answer."""
    return (f"user:{question.user}", question.action, f"{question.type}:{question.id}"), question.is_allowed
