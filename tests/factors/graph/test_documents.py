"""Every document about factors runs, in a number of statements that does not grow with the rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.factors.service import begin_totp
from tests.factors.graph.test_own_factors import DOCUMENTS, passkey_of
from tests.factors.support import Authenticator, code_of, fresh, give_app, give_passkey
from tests.graph.support import execute
from tests.support import as_user, counted_statements, make_admin, make_user

# Permissions and, for mutations, BEGIN and COMMIT included.
STATEMENTS = {
    "PasskeyRegister": 14,
    "PasskeyRemove": 12,
    "PasskeyRename": 7,
    "PasskeyStart": 6,
    "RecoveryCodesRegenerate": 10,
    "TotpConfirm": 12,
    "TotpRemove": 12,
    "TotpStart": 5,
    "UserFactors": 4,
    "UserFactorsReset": 12,
    "ViewerFactors": 4,
}


def test_every_document_is_counted() -> None:
    assert STATEMENTS.keys() == DOCUMENTS.keys()


@pytest.mark.parametrize("others", [0, 4])
@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_runs_in_its_number_of_statements(name: str, others: int) -> None:
    user, admin = await make_user(), await make_admin()
    await give_app(user)
    for n in range(others):
        await give_passkey(await make_user(f"user{n}@example.com"))
        await give_passkey(user)
    await give_passkey(user)
    actor = fresh(user, "mfa")
    setup = begin_totp(user)
    started = await execute(DOCUMENTS["PasskeyStart"], {"input": {}}, actor=actor)
    credential = json.loads(Authenticator().make(json.dumps(started["data"]["passkeyStart"]["options"])))
    given: dict[str, dict[str, Any]] = {
        "PasskeyRegister": {"name": "New", "credential": credential},
        "PasskeyRemove": {"id": await passkey_of(user)},
        "PasskeyRename": {"id": await passkey_of(user), "name": "Renamed"},
        "TotpConfirm": {"setup": setup.token, "code": code_of(setup.secret)},
        "UserFactorsReset": {"id": user.id},
    }
    is_operator = name.startswith("UserFactors")
    variables = {"id": user.id} if name == "UserFactors" else {"input": given.get(name, {})}

    with counted_statements() as statements:
        answer = await execute(
            DOCUMENTS[name],
            {} if name == "ViewerFactors" else variables,
            actor=as_user(admin) if is_operator else actor,
        )

    assert "errors" not in answer, answer
    assert not any(each.get("errors") for each in answer["data"].values() if each)
    assert len(statements) == STATEMENTS[name], statements
