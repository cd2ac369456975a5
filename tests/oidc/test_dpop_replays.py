"""A proof counts once, whoever shows it and where (RFC 9449 §11.1)."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.kit import clock, db
from app.kit.limits import count_hit, window_rest
from app.oidc.endpoints import PROOFS_PER_ADDRESS
from app.oidc.service import sweep
from app.sessions.types import Session
from tests.oidc.machines import Machine, make_machine
from tests.oidc.proving import USERINFO, Prover, bound_tokens, post_proved
from tests.oidc.registering import describe_itself
from tests.oidc.support import Party

FORM: dict[str, str | None] = {"grant_type": "client_credentials"}
ROOT = Path(__file__).parents[2]
_SPEND_ELSEWHERE = """
import asyncio, sys
from datetime import UTC, datetime
from app.kit import db
from app.oidc.queries import proofs
from app.tables import APPS

async def main():
    await db.open_database(db.tortoise_config(sys.argv[1], APPS, pool_size=4))
    sys.stdout.write("ready\\n"); sys.stdout.flush()
    sys.stdin.readline()
    ends = datetime(2100, 1, 1, tzinfo=UTC)
    won = await asyncio.gather(*(proofs.spend(f"proof-{n}", ends) for n in range(200)))
    await db.close_database()
    sys.stdout.write(f"{sum(won)}\\n")

asyncio.run(main())
"""


@pytest.fixture
async def machine(browser: httpx.AsyncClient) -> Machine:
    return await make_machine(browser)


async def test_rfc9449_11_1_a_hundred_at_once_with_one_proof_give_one_token(machine: Machine) -> None:
    proof = Prover().proof()

    answers = await asyncio.gather(*(post_proved(machine, proof, FORM) for _ in range(100)))

    told = Counter(each.json().get("error", "token") for each in answers)
    assert told == {"token": 1, "invalid_dpop_proof": 99}


async def test_rfc9449_11_1_a_proof_is_spent_at_resources_as_well(party: Party, session: Session) -> None:
    prover = Prover()
    token = (await bound_tokens(party, prover))["access_token"]
    headers = prover.shows(token)

    answers = await asyncio.gather(*(party.browser.get(USERINFO, headers=headers) for _ in range(20)))

    assert Counter(each.status_code for each in answers) == {200: 1, 401: 19}
    refused = next(each for each in answers if each.status_code == 401)
    assert 'DPoP realm="auther", error="invalid_dpop_proof"' in refused.headers["www-authenticate"]


async def test_rfc9449_11_1_reused_jti_across_workers(dsn: str) -> None:
    """Two processes use the same two hundred proofs at the same moment: each counts in one of them."""
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", _SPEND_ELSEWHERE, dsn, stdin=PIPE, stdout=PIPE, cwd=ROOT, env={**os.environ}
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert await worker.stdout.readline() == b"ready\n"

    told = await asyncio.gather(*(worker.communicate(b"go\n") for worker in workers))

    won = [int(out) for out, _ in told]
    assert sum(won) == 200
    assert await db.fetch_value("SELECT count(*) FROM oidc_spent_proof") == 200


async def test_the_same_jti_under_another_key_is_another_proof(machine: Machine) -> None:
    first, second = Prover(), Prover()

    answers = [await post_proved(machine, prover.proof(jti="same"), FORM) for prover in (first, second, first)]

    assert [each.status_code for each in answers] == [200, 200, 400]


async def test_a_clock_that_steps_back_brings_no_spent_proof_to_life(machine: Machine) -> None:
    with clock.frozen() as now:
        proof = Prover().proof()
        assert (await post_proved(machine, proof, FORM)).status_code == 200
        now.advance(timedelta(minutes=6))
        await sweep()
        now.advance(timedelta(minutes=-5))

        answer = await post_proved(machine, proof, FORM)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


async def test_spent_proofs_are_swept_once_they_cannot_count_any_more(machine: Machine) -> None:
    with clock.frozen() as now:
        await post_proved(machine, Prover().proof(), FORM)
        now.advance(timedelta(minutes=9))
        await sweep()
        kept = await db.fetch_value("SELECT count(*) FROM oidc_spent_proof")
        now.advance(timedelta(minutes=2))
        await sweep()

    assert (kept, await db.fetch_value("SELECT count(*) FROM oidc_spent_proof")) == (1, 0)


@pytest.mark.parametrize("is_public", [True, False], ids=["public", "registered itself"])
async def test_strangers_do_not_fill_the_table_of_spent_proofs(
    public_party: Party, machine: Machine, party: Party, is_public: bool
) -> None:
    stranger = public_party if is_public else party
    if not is_public:
        await describe_itself(stranger.client.id)
    form: dict[str, str | None] = {"grant_type": "authorization_code", "code": "made-up"}
    with clock.frozen() as now:
        await count_hit(PROOFS_PER_ADDRESS, "127.0.0.1", cost=PROOFS_PER_ADDRESS.hits - 1)
        last = await post_proved(stranger, Prover().proof(), form)
        refused = await post_proved(stranger, Prover().proof(), form)
        kept = await db.fetch_value("SELECT count(*) FROM oidc_spent_proof")
        operators = await post_proved(machine, Prover().proof(), FORM)
        bare = await post_proved(stranger, None, form)

        now.advance(window_rest(PROOFS_PER_ADDRESS))
        later = await post_proved(stranger, Prover().proof(), form)

    assert (last.status_code, kept, operators.status_code) == (400, 1, 200)
    assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
    assert int(refused.headers["retry-after"]) >= 1
    assert [each.json()["error"] for each in (last, bare, later)] == ["invalid_grant"] * 3


async def test_a_proof_of_a_client_that_proves_nothing_is_not_spent(machine: Machine) -> None:
    proof = Prover().proof()

    refused = await machine.post("/oauth2/token", FORM, headers={"dpop": proof}, auth=(machine.client.id, "wrong"))

    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert (await post_proved(machine, proof, FORM)).status_code == 200
