"""Many checks may share one large context: what is made of it is made once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.authz.engine import resolve as resolving
from app.authz.engine.overlay import FactReader
from app.authz.engine.resolve import resolve
from app.authz.types import Decision
from app.authz.types.answers import Context
from app.oidc.live.entities import read_context
from tests.authz.engine.support import ask, fact, make_rules

MODEL = """
type user
type doc
  relations
    define viewer: [user with is_open]
condition is_open(state: string) { state == "open" }
"""


async def test_checks_that_share_a_context_have_it_written_down_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Context] = []
    write = resolving._to_text

    def write_and_note(context: Context) -> bytes:
        written.append(context)
        return write(context)

    monkeypatch.setattr(resolving, "_to_text", write_and_note)
    shared, equal, other = {"state": "open"}, {"state": "open"}, {"state": "shut"}
    tuples = [fact(f"doc:{n}#viewer@user:anne", "is_open") for n in range(10)]
    contexts = [shared] * 7 + [equal, other, {}]
    checks = [replace(ask(f"user:anne viewer doc:{n}"), context=each) for n, each in enumerate(contexts)]

    found = await resolve(make_rules(MODEL), FactReader(tuples), checks)

    assert [each.decision for each in found] == [Decision.ALLOWED] * 8 + [Decision.DENIED, Decision.UNDECIDED]
    assert [id(each) for each in written] == [id(shared), id(equal), id(other)]


def test_evaluations_without_properties_share_the_context_of_their_request() -> None:
    shared = {"list": [1, 2, 3]}
    request = {"context": shared}

    assert read_context(request, subject={}, action={}, resource={}) is shared
    assert read_context(request, subject={}, action={}, resource={"properties": {"a": 1}}) == {
        "a": 1, "resource_a": 1, "list": [1, 2, 3],
    }  # fmt: skip
