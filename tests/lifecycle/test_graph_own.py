"""A person's own deletion and export in the API: only themselves, and freshly proved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.kit import clock, db
from app.kit.guard import ALL_PERMISSIONS
from app.users.service import get_user
from app.users.types import UserStatus
from tests.factors.graph.test_own_factors import AUDIT, STRANGERS
from tests.factors.support import fresh, give_app
from tests.graph.support import console_documents, execute, read
from tests.graph.test_mutations import OWN_LIFE
from tests.support import as_user, counted_statements, deciding, make_user, read_everything

DOCUMENTS = {
    name: source for path, source in console_documents().items() if path.startswith("lifecycle/")
    for name in [path.removeprefix("lifecycle/Viewer").removesuffix(".graphql")]
}  # fmt: skip
# BEGIN and COMMIT included.
STATEMENTS = {"DataExport": 7, "Delete": 13}
NOTHING = {"input": {}}


def document_of(mutation: str) -> str:
    return DOCUMENTS[mutation.removeprefix("viewer")]


@pytest.mark.parametrize("name", sorted(OWN_LIFE))
@pytest.mark.parametrize("who", STRANGERS)
async def test_nobody_else_does_it_for_a_person_whatever_their_permissions(name: str, who: str) -> None:
    user = await make_user()
    make_actor, code, reason = STRANGERS[who]
    actor, before = make_actor(user), await read_everything()

    with deciding(**{actor.id or "nobody": ALL_PERMISSIONS}):
        answer = await execute(document_of(name), NOTHING, actor=actor)

    extensions = answer["errors"][0]["extensions"]
    assert (extensions["code"], extensions["reason"]) == (code, reason)
    assert await read_everything() == before
    assert [tuple(row) for row in await db.fetch(AUDIT)] == [("mutation.denied", name, reason)]


@pytest.mark.parametrize("name", sorted(OWN_LIFE))
@pytest.mark.parametrize("proof", ["old", "weak"])
async def test_it_asks_for_a_fresh_and_strong_proof(name: str, proof: str) -> None:
    user = await make_user()
    await give_app(user)
    age = timedelta(minutes=10, seconds=1) if proof == "old" else timedelta(0)
    acr = "pwd" if proof == "weak" else "mfa"
    actor = as_user(user, acr=acr, session_id="ses_x", auth_time=clock.now() - age)
    before = await read_everything()

    answer = await execute(document_of(name), NOTHING, actor=actor)

    assert answer["errors"][0]["extensions"]["reason"] == "factors_step_up_required"
    assert await read_everything() == before


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
async def test_a_document_costs_a_known_number_of_statements(name: str) -> None:
    user = await make_user()

    with counted_statements() as statements:
        await read(DOCUMENTS[name], NOTHING, actor=fresh(user))

    assert len(statements) == STATEMENTS[name], "\n".join(statements)


async def test_one_s_own_account_is_deleted_and_the_end_told() -> None:
    user = await make_user()

    with clock.frozen():
        answer = (await read(document_of("viewerDelete"), NOTHING, actor=fresh(user)))["viewerDelete"]
        expected = (clock.now() + timedelta(days=14)).isoformat().replace("+00:00", "Z")

    assert (answer["deletion"]["erasedAt"], answer["errors"]) == (expected, [])
    assert (await get_user(user.id)).status is UserStatus.PENDING_DELETION


async def test_a_link_to_one_s_own_data_is_given() -> None:
    user = await make_user()

    answer = (await read(document_of("viewerDataExport"), NOTHING, actor=fresh(user)))["viewerDataExport"]

    assert answer["url"].startswith("http://localhost:8000/exports/account?token=")
    assert answer["errors"] == []
