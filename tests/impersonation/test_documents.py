"""Every document about acting as users runs, in a number of statements that does not grow with the rows."""

from __future__ import annotations

import pytest

from app.impersonation.service import begin_request
from app.kit import clock
from app.kit.actor import SYSTEM
from app.sessions.acting import holder_of
from app.users.types import User
from tests.graph.support import console_documents, execute
from tests.impersonation.support import REASON, Desk, may_impersonate
from tests.support import as_user, commit, counted_statements, make_user

DOCUMENTS = {
    path.removeprefix("impersonation/").removesuffix(".graphql"): text
    for path, text in console_documents().items()
    if path.startswith("impersonation/")
}
# Permissions, BEGIN and COMMIT included.
STATEMENTS = {"ImpersonationStart": 10, "ImpersonationStop": 9}


def test_every_document_is_counted() -> None:
    assert STATEMENTS.keys() == DOCUMENTS.keys()


@pytest.mark.parametrize("others", [0, 4])
async def test_a_document_runs_in_its_number_of_statements(desk: Desk, user: User, others: int) -> None:
    for number in range(others):
        await may_impersonate(await make_user(f"user{number}@example.com"))
        await desk.request(user)
    own = await desk.session()
    actor = as_user(desk.operator, session_id=own.id, auth_time=clock.now(), acr="pwd")

    with counted_statements() as starting:
        started = await execute(
            DOCUMENTS["ImpersonationStart"], {"input": {"userId": user.id, "reason": REASON}}, actor=actor
        )
    payload = started["data"]["impersonationStart"]
    new = await commit(begin_request(actor, payload["path"].rpartition("/")[2], "browser"))
    with counted_statements() as stopping:
        stopped = await execute(DOCUMENTS["ImpersonationStop"], actor=holder_of(new.session, SYSTEM))

    assert (payload["errors"], stopped["data"]["impersonationStop"]["errors"]) == ([], [])
    assert len(starting) == STATEMENTS["ImpersonationStart"], starting
    assert len(stopping) == STATEMENTS["ImpersonationStop"], stopping
