"""Drives SpiceDB, embedded in a Python process of the peers' directory that is pinned to a core."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from tests.bench.authz.peers import Peers
from tests.bench.authz.shapes import Fact, ListQuestion, Question
from tests.bench.authz.translate import Spicedb

_WORKER = Path(__file__).with_name("spicedb_worker.py")
Asked = tuple[str, str, str, str, str, str]


class SpicedbProcess:
    """One SpiceDB; each `start` gives it a model and forgets the tuples. Use as a context manager."""

    def __init__(self, peers: Peers, core: int | None = None) -> None:
        assert peers.python is not None
        environment = {**os.environ, "SPICEDB_LIBRARY_PATH": str(peers.spicedb_library)}
        environment.pop("PYTHONPATH", None)
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._process = subprocess.Popen(
            [str(peers.python), str(_WORKER)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            preexec_fn=(lambda: os.sched_setaffinity(0, {core})) if core is not None else None,
        )

    def __enter__(self) -> SpicedbProcess:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def call(self, do: str, **given: object) -> dict[str, Any]:
        """One request to the worker.

        Raises:
            RuntimeError: what SpiceDB says.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **given}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._log.seek(0)
            raise RuntimeError(f"SpiceDB ended: {self._log.read()[-2_000:]}")
        told = cast("dict[str, Any]", json.loads(line))
        if "error" in told:
            raise RuntimeError(told["error"])
        return told

    def start(self, model: Spicedb) -> None:
        self.call("start", schema=model.schema)

    def load(self, model: Spicedb, facts: Iterable[Fact]) -> dict[str, Any]:
        """Write tuples; `count`, `seconds` and the `bytes` by which the process grew."""
        with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as file:
            file.writelines("\t".join(model.fact(fact)) + "\n" for fact in facts)
            file.flush()
            return self.call("load", path=file.name)

    def check(self, asked: Sequence[Asked]) -> list[bool | str | None]:
        """Answers at full consistency; text is an error."""
        return cast("list[bool | str | None]", self.call("check", questions=asked)["answers"])

    def list_objects(self, queries: Sequence[tuple[str, str, str, str, str]]) -> dict[str, Any]:
        """Type, permission and subject each: the ids `found`, and `times_ms`."""
        return self.call("list", queries=queries)


def as_asked(question: Question) -> Asked:
    return (question.type, question.id, question.action, "user", question.user, "")


def as_query(question: ListQuestion) -> tuple[str, str, str, str, str]:
    return (question.type, question.action, "user", question.user, "")
