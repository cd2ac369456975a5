"""Every document of the permission engine is answered by its plan as graphql-core answers it."""

from __future__ import annotations

import pytest

from app.kit import clock
from tests.authz.graph.test_documents import DOCUMENTS, SUBSCRIPTIONS, build_stage, variables_for
from tests.graph.plans.both_ways import both_ways
from tests.support import as_user, make_admin


@pytest.mark.parametrize("name", sorted(DOCUMENTS.keys() - SUBSCRIPTIONS))
async def test_every_document_gives_the_same(name: str) -> None:
    admin = as_user(await make_admin())
    stage = await build_stage(range(3))

    with clock.frozen():
        planned, plain = await both_ways(DOCUMENTS[name], variables_for(name, stage), actor=admin)

    assert str(planned) == str(plain)
    assert "errors" not in planned
