"""Every mutation of the API leaves the events that are named here, with before and after, and without a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from graphql import get_named_type, is_leaf_type

from app.events.rules import names_a_secret
from app.graph.schema import graphql_schema
from app.kit import db
from tests.graph.support import execute
from tests.graph.test_mutations import CASES, OWN, stage_for
from tests.support import as_user, make_admin

SINCE = "SELECT * FROM events_audit WHERE seq > $1 ORDER BY seq"


@dataclass(frozen=True)
class Trail:
    """What a mutation leaves.

    Attributes:
        events: actions, in their order.
        repeats: the last one may come several times: every algorithm without a key gets one.
        has_before, has_after: whether the event of the change itself shows what was and what is.
    """

    events: list[str]
    repeats: bool = False
    has_before: bool = False
    has_after: bool = False


CHANGED = {"has_before": True, "has_after": True}
TRAILS: dict[str, Trail] = {
    "userCreate": Trail(["user.created"], has_after=True),
    "userUpdate": Trail(["user.updated"], **CHANGED),
    "userBan": Trail(["user.banned", "session.deleted"], **CHANGED),
    "userUnban": Trail(["user.unbanned"], **CHANGED),
    "userDelete": Trail(["user.deletion_scheduled", "session.deleted"], has_after=True),
    "userRestore": Trail(["user.restored"], has_before=True),
    "userDataExport": Trail(["user.exported"]),
    "userMerge": Trail(
        [
            "grant.created",
            "user.deleted",
            "session.deleted",
            "api_key.revoked",
            "grant.revoked",
            "audit.scrubbed",
            "user.merged",
        ],
        has_after=True,
    ),
    "clientCreate": Trail(["client.created"], has_after=True),
    "clientUpdate": Trail(["client.updated"], **CHANGED),
    "clientDelete": Trail(
        ["client.deleted", "registration_context.deleted", "api_key.revoked", "grant.revoked", "policy.deleted"],
        has_before=True,
    ),
    "clientSecretRotate": Trail(["client.secret_rotated"], has_after=True),
    "identityProviderCreate": Trail(["identity_provider.created"], has_after=True),
    "identityProviderUpdate": Trail(["identity_provider.updated"], **CHANGED),
    "identityProviderDelete": Trail(["identity_provider.deleted"], has_before=True),
    "registrationContextCreate": Trail(["registration_context.created"], has_after=True),
    "registrationContextUpdate": Trail(["registration_context.updated"], **CHANGED),
    "registrationContextDelete": Trail(["registration_context.deleted"], has_before=True),
    "policySave": Trail(["policy.saved"], **CHANGED),
    "policyDelete": Trail(["policy.deleted"], has_before=True),
    "linkedIdentityDelete": Trail(["linked_identity.deleted"], has_before=True),
    "initialAccessTokenCreate": Trail(["initial_token.created"], has_after=True),
    "initialAccessTokenRevoke": Trail(["initial_token.revoked"], **CHANGED),
    "apiKeyCreate": Trail(["api_key.created"], has_after=True),
    "apiKeyUpdate": Trail(["api_key.updated"], **CHANGED),
    "apiKeyRotate": Trail(["api_key.rotated"], has_after=True),
    "apiKeyDisable": Trail(["api_key.disabled"]),
    "apiKeyEnable": Trail(["api_key.enabled"]),
    "apiKeyDelete": Trail(["api_key.revoked"], has_before=True),
    "sessionRevoke": Trail(["session.deleted"]),
    "sessionsRevoke": Trail(["session.deleted"]),
    "signingKeysRotate": Trail(["key.created"], has_after=True),
    "signingKeyWithdraw": Trail(["key.withdrawn", "key.created"], repeats=True, has_after=True),
    "userFactorsReset": Trail(["factor.all_removed"], has_before=True),
    "consentWithdraw": Trail(["oidc.consent_withdrawn"], has_before=True),
    "tokenFamilyRevoke": Trail(["oidc.family_revoked"], has_before=True),
    "tuplesWrite": Trail(["grant.revoked"], has_before=True),
    "tuplesDelete": Trail(["grant.revoked"], has_before=True),
    "modelSave": Trail(["model.saved"], has_after=True),
}


def document(name: str) -> str:
    """The mutation, asking for every secret that its payload shows."""
    assert graphql_schema.mutation_type is not None
    definition = graphql_schema.mutation_type.fields[name]
    payload: Any = get_named_type(definition.type)
    shown = [field for field, each in payload.fields.items() if is_leaf_type(get_named_type(each.type))]
    secrets = " ".join(field for field in shown if names_a_secret(field))
    kind = definition.args["input"].type
    return f"mutation M($input: {kind}) {{ {name}(input: $input) {{ {secrets} errors {{ message }} }} }}"


def test_every_mutation_is_named_here() -> None:
    assert graphql_schema.mutation_type is not None
    assert TRAILS.keys() | OWN == graphql_schema.mutation_type.fields.keys()


@pytest.mark.parametrize("name", TRAILS)
async def test_a_mutation_leaves_its_events_and_no_secret(name: str) -> None:
    trail, admin, stage = TRAILS[name], await make_admin(), await stage_for(name)
    given = CASES[name].make_input(stage)
    start = await db.fetch_value("SELECT max(seq) FROM events_audit")

    answer = await execute(document(name), {"input": given}, actor=as_user(admin))

    told = answer["data"][name]
    assert told.pop("errors") == []
    rows = await db.fetch(SINCE, start)
    actions = [row["action"] for row in rows]
    assert (list(dict.fromkeys(actions)) if trail.repeats else actions) == trail.events
    change = rows[0]
    assert (change["actor_id"], change["request_id"], change["outcome"]) == (admin.id, "test-request", "success")
    assert (change["before"] is not None, change["after"] is not None) == (trail.has_before, trail.has_after)
    everything = str(await db.fetch("SELECT a::text FROM events_audit a UNION ALL SELECT o::text FROM events_outbox o"))
    for secret in filter(None, told.values()):
        assert secret not in everything
        assert secret.partition("_")[2] not in everything


@pytest.mark.parametrize("name", TRAILS)
async def test_a_mutation_that_is_refused_changes_nothing_and_leaves_one_row(name: str) -> None:
    given = CASES[name].make_input(await stage_for(name))
    start = await db.fetch_value("SELECT max(seq) FROM events_audit")

    await execute(document(name), {"input": given})

    assert [(row["action"], row["target_id"], row["reason"]) for row in await db.fetch(SINCE, start)] == [
        ("mutation.denied", name, "kit_sign_in_required")
    ]
