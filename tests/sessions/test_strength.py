"""Where everybody needs a second factor, a session of a password alone counts no more, remembered or not."""

from __future__ import annotations

import pytest

from app.kit.recall import Ear, ear
from app.kit.runtime import override
from app.sessions.service import begin_session, resolve_session
from app.sessions.watching import look_at_sessions
from tests.support import as_user, commit, counted_statements, make_user


@pytest.mark.parametrize(("acr", "counts"), [("pwd", False), ("mfa", True), ("1", False)])
async def test_only_strong_sessions_count_where_the_rule_is(acr: str, counts: bool) -> None:
    user = await make_user()
    new = await commit(begin_session(as_user(user), user, amr=("pwd",), acr=acr, browser_id="b"))

    before = await resolve_session(new.token)
    with override(require_mfa=True):
        resolved, seen = await resolve_session(new.token), await look_at_sessions([new.token])

    assert before is not None
    assert (resolved is not None, list(seen)) == (counts, [new.token] if counts else [])


async def test_what_a_process_remembers_is_held_against_the_rule_too(monkeypatch: pytest.MonkeyPatch) -> None:
    user = await make_user()
    new = await commit(begin_session(as_user(user), user, amr=("pwd",), acr="pwd", browser_id="b"))
    monkeypatch.setattr(Ear, "hears", True)
    generation = ear.generation

    remembered = await resolve_session(new.token)
    with counted_statements() as statements, override(require_mfa=True):
        resolved = await resolve_session(new.token)

    assert remembered is not None
    assert (resolved, statements, ear.generation) == (None, [], generation)
