"""Whatever is asked for and whatever resolvers give: a plan answers as graphql-core does, calling what it calls."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from tests.graph.plans.synthetic import Maker, describe, prepare, run
from tests.graph.plans.writing import VARIABLES, written_documents

KINDS = st.sampled_from(("query", "mutation"))
# How often a value is not what a field expects.
WRONGNESS = st.sampled_from((0.0, 0.01, 0.03, 0.1, 0.3))
# Resolvers that are given up before they begin leave a coroutine behind, in graphql-core as well.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, int]:
    """A document, and which of the variables are sent with it."""
    return draw(written_documents(draw(KINDS))), draw(st.integers(0, len(VARIABLES) - 1))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(requests(), WRONGNESS, st.integers(0, 2**32))
@example(("{ things { sureSlow sureSync slowChild { sureSync } child { text number } } }", 0), 0.3, 3)
@example(("{ being { id ... on Thing { texts grid odd slowChildren { flag } } } thing { colour } }", 0), 0.1, 5)
async def test_a_plan_answers_as_graphql_core_does(request: tuple[str, int], wrongness: float, seed: int) -> None:
    document, number = request
    note(document)
    prepared, root = prepare(document), Maker(Random(seed), wrongness).row(4)

    planned, planned_calls = await run(prepared, root, VARIABLES[number], planned=True)
    plain, plain_calls = await run(prepared, root, VARIABLES[number], planned=False)

    assert describe(planned) == describe(plain)
    assert planned_calls == plain_calls


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(requests(), WRONGNESS, st.lists(st.integers(0, 2**32), min_size=2, max_size=4))
async def test_a_plan_keeps_nothing_of_a_request(request: tuple[str, int], wrongness: float, seeds: list[int]) -> None:
    document, number = request
    note(document)
    prepared = prepare(document)
    for seed in seeds:
        root = Maker(Random(seed), wrongness).row(3)
        variables = VARIABLES[(number + seed) % len(VARIABLES)]

        planned, _ = await run(prepared, root, variables, planned=True)
        plain, _ = await run(prepared, root, variables, planned=False)

        assert describe(planned) == describe(plain)
