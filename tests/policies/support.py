"""Policies for tests, questions to them, and what was recorded."""

from __future__ import annotations

from typing import Any

from app.authz.service import grant_relation
from app.authz.types import TupleKey
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.policies.service import flush_evaluations, judge_many, save_policy
from app.policies.types import Policy, PolicyDraft, PolicyQuestion, PolicyVerdict, Sample
from tests.support import as_user, commit, make_user

SMALL = "return context.resource.amount <= 1000"
FINE = Sample("small", {"resource": {"amount": 10}}, is_allowed=True)
LARGE = Sample("large", {"resource": {"amount": 2_000}}, is_allowed=False)


def draft(source: str = SMALL, **fields: Any) -> PolicyDraft:
    return PolicyDraft(**{"scope": "", "name": "small", "source": source, **fields})


async def make_policy(source: str = SMALL, *, actor: Actor = SYSTEM, **fields: Any) -> Policy:
    """A committed policy of the installation, `small`, when nothing else is said."""
    return await commit(save_policy(actor, draft(source, **fields)))


def question(policy: str = "small", scope: str = "", **fields: Any) -> PolicyQuestion:
    """A question about invoice 7 of 10 euros."""
    resource = {"amount": 10, **fields.pop("resource", {}), "id": "7", "type": "invoice"}
    values = {"subject": ("user", "usr_ada"), "action": "approve", "env": {}, **fields}
    return PolicyQuestion(scope=scope, policy=policy, resource=resource, **values)


async def judge(policy: str = "small", scope: str = "", **fields: Any) -> PolicyVerdict:
    (verdict,) = await judge_many([question(policy, scope, **fields)])
    return verdict


async def read_recorded() -> list[dict[str, Any]]:
    """What was recorded, oldest first, after writing what is noted."""
    await flush_evaluations()
    rows = await db.fetch("SELECT * FROM policies_evaluation ORDER BY evaluated_at, id")
    return [{**dict(row), "context": db.load_json(row["context"])} for row in rows]


async def manager_of(client_id: str, email: str = "manager@example.com") -> Actor:
    """Somebody who may say who uses one client, and nothing else."""
    user = await make_user(email)
    await commit(grant_relation(SYSTEM, TupleKey("clients", client_id, "admin", "user", user.id)))
    return as_user(user)
