"""Every document about one's own account runs, in a number of statements that does not grow with the rows."""

from __future__ import annotations

from typing import Any

import pytest

from app.account.service import start_email_change
from app.clients.service import create_client
from app.clients.types import ClientKind, NewClient
from app.kit.actor import SYSTEM
from app.oidc.consents import grant_consent
from app.sessions.service import begin_session
from tests.account.graph.test_own_account import DOCUMENTS, INPUTS
from tests.factors.support import fresh
from tests.graph.support import execute
from tests.support import as_user, commit, counted_statements, make_user

# Permissions and, for mutations, BEGIN and COMMIT included.
STATEMENTS = {
    "ViewerAccount": 7,
    "ViewerEmailChangeStart": 15,
    "ViewerEmailChangeWithdraw": 8,
    "ViewerPasswordChange": 16,
    "ViewerUpdate": 7,
    "ViewerVerificationSend": 7,
}
# The end of each session is an event of its own, with what reacts to it.
PER_ENDED_SESSION = 3


def test_every_document_is_counted() -> None:
    assert STATEMENTS.keys() == DOCUMENTS.keys()


@pytest.mark.parametrize("others", [0, 4])
@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_runs_in_its_number_of_statements(name: str, others: int) -> None:
    user = await make_user(email_verified=False)
    for n in range(others + 1):
        await commit(begin_session(as_user(user), user, amr=("pwd",), acr="pwd", browser_id=f"browser {n}"))
        web = NewClient(name=f"App {n}", kind=ClientKind.WEB, redirect_uris=("https://app.example/cb",))
        client = (await commit(create_client(SYSTEM, web))).client
        await commit(grant_consent(SYSTEM, user.id, client.id, ("openid",)))
    await commit(start_email_change(fresh(user), "third@example.com", locale="en"))
    given: dict[str, Any] = {"input": INPUTS.get(f"{name[0].lower()}{name[1:]}", {})}

    with counted_statements() as statements:
        answer = await execute(DOCUMENTS[name], {} if name == "ViewerAccount" else given, actor=fresh(user))

    assert "errors" not in answer, answer
    assert not any(each.get("errors") for each in answer["data"].values() if each)
    further = PER_ENDED_SESSION * others if name == "ViewerPasswordChange" else 0
    assert len(statements) == STATEMENTS[name] + further, statements
