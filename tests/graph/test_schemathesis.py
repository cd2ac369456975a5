"""Whatever documents schemathesis makes up from the schema: nothing fails, and nothing leaks, whoever asks.

The documents are the same in every run. Half of them name things that exist.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import schemathesis
from graphql import ArgumentNode, ObjectFieldNode, StringValueNode, Visitor, parse, parse_value, print_ast, visit
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from app.graph.schema import schema as printed
from app.kit.actor import SYSTEM
from app.sessions.service import begin_session
from tests.graph.test_callers import make_token
from tests.graph.test_documents import Stage, build_stage
from tests.support import SECRET, as_user, commit, make_admin, make_user

# Documents for each field of queries and mutations.
EXAMPLES = {"anonymous": 1, "user": 3, "operator": 6}
MOSTLY_ANSWERED = {"anonymous": 0.03, "user": 0.1, "operator": 0.5}
# What would be a leak: code, secrets, the database's words.
LEAKS = re.compile(
    r"Traceback|File \\\"|site-packages|asyncpg|tortoise|strawberry|graphql\.error|psql|\bSELECT\b.*\bFROM\b"
    r"|\$argon2|asec_[0-9A-Za-z]|BEGIN [A-Z ]*PRIVATE KEY|postgres(ql)?://|" + re.escape(SECRET)
)
FAILURES = {"INTERNAL", "TIMEOUT", "UNAVAILABLE"}
ID_NAMES = re.compile(r"id|ids|\w+Ids?")

_json = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), inner),
    max_leaves=6,
)
_moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def write_literal(value: Any) -> str:
    """A JSON value as it is written in a document."""
    if isinstance(value, dict):
        return f"{{{' '.join(f'{name}: {write_literal(each)}' for name, each in value.items())}}}"
    return f"[{' '.join(map(write_literal, value))}]" if isinstance(value, list) else json.dumps(value)


schemathesis.graphql.scalar("DateTime", _moments.map(lambda moment: nodes.String(moment.isoformat())))
schemathesis.graphql.scalar("JSON", _json.map(lambda value: parse_value(write_literal(value))))


def make_documents(count: int) -> list[tuple[str, str]]:
    """The field and the text of each document."""
    schema = schemathesis.graphql.from_file(printed.as_str())
    made: list[tuple[str, str]] = []
    for found in schema.get_all_operations():
        operation = found.ok()
        made += [(operation.label, str(case.body)) for case in take(operation.as_strategy(), count)]
    return made


def take(strategy: st.SearchStrategy[schemathesis.Case], count: int) -> list[schemathesis.Case]:
    """The first things that a strategy gives, always the same."""
    taken: list[schemathesis.Case] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def gather(case: schemathesis.Case) -> None:
        taken.append(case)

    gather()
    return taken


class _WithRealIds(Visitor):
    """Puts ids of things that exist where ids stand; `user` and the like where types of the engine do."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__()
        self._ids = ids
        self._count = 0

    def enter_string_value(self, node: StringValueNode, *rest: Any) -> Any:
        ancestors = [each for each in rest[-1] if isinstance(each, ArgumentNode | ObjectFieldNode)]
        name = ancestors[-1].name.value if ancestors else ""
        if ID_NAMES.fullmatch(name):
            self._count += 1
            return StringValueNode(value=self._ids[self._count % len(self._ids)])
        return StringValueNode(value="user") if name in {"type", "entityType", "subjectType"} else None


def with_real_ids(text: str, ids: Sequence[str]) -> str:
    return print_ast(visit(parse(text), _WithRealIds(ids)))


async def make_headers(caller: str) -> dict[str, str]:
    """The headers of a caller."""
    if caller == "anonymous":
        return {}
    user = await (make_admin("operator@example.com") if caller == "operator" else make_user("plain@example.com"))
    new = await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    return {"authorization": f"Bearer {await make_token(user, new.session.id)}"}


def ids_of(stage: Stage) -> list[str]:
    return [stage.user.id, stage.banned_id, stage.session_id, stage.client_id, stage.mail_id]


@pytest.mark.parametrize("caller", EXAMPLES)
async def test_no_document_makes_the_server_fail_or_tell_secrets(browser: httpx.AsyncClient, caller: str) -> None:
    stage = await build_stage(as_user(await make_admin()), range(3))
    headers = await make_headers(caller)
    ids, outcomes, problems = ids_of(stage), Counter[str](), list[str]()

    for number, (label, text) in enumerate(make_documents(EXAMPLES[caller])):
        document = with_real_ids(text, ids) if number % 2 else text
        response = await browser.post("/graphql", json={"query": document}, headers=headers)
        codes = [error["extensions"]["code"] for error in response.json().get("errors", ())]
        outcomes.update(codes or ["ok"])
        found = LEAKS.search(response.text) or response.status_code >= 500 or FAILURES.intersection(codes)
        if found:
            problems.append(f"{label}: {response.status_code} {found} {response.text[:400]}\n{document[:800]}")

    assert problems == []
    assert outcomes.keys() <= {
        "ok", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED",
        "LIMIT_REACHED", "CONFLICT", "GONE",
    }  # fmt: skip
    assert outcomes["ok"] > sum(outcomes.values()) * MOSTLY_ANSWERED[caller], outcomes
