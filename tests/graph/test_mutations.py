"""Who may change what: each mutation for four callers; what is rolled back and what stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from app.api_keys.service import disable_key
from app.authz.service import write_tuples
from app.authz.service.models import save_model
from app.authz.types import RelationTuple, TupleKey, TupleWrite
from app.authz.types.saving import ModelDraft
from app.clients.registration.tokens import create_initial_token
from app.clients.registration.types import NewInitialToken
from app.clients.service import create_client, forget_clients
from app.clients.types import ClientKind, NewClient
from app.contexts.service import create_context
from app.contexts.types import Grant, NewContext
from app.graph.schema import graphql_schema
from app.kit import db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.guard import ALL_PERMISSIONS
from app.kit.runtime import override
from app.oidc.consents import grant_consent
from app.policies.service import save_policy
from app.policies.types import PolicyDraft
from app.sessions.service import begin_session
from app.signing.service import ensure_keys, forget_keys, list_keys
from app.signing.types import KeyStatus
from app.upstream.queries import insert_identity
from app.upstream.service import create_provider
from app.upstream.types import NewProvider, ProviderKind
from app.users.service import ban_user, find_user, schedule_deletion
from app.users.types import User
from tests.api_keys.support import make_client_key, make_key
from tests.factors.support import give_app
from tests.graph.support import execute
from tests.oidc.families import family_of, give_family
from tests.support import ORIGIN, as_user, commit, deciding, make_user, read_everything

MODEL = "model\n  schema 1.1\ntype user\ntype paper\n  relations\n    define owner: [user]\n"
NOBODY = ANONYMOUS.at(ORIGIN)
TWIN_ID = "usr_twin"
AUDIT = """
SELECT action, outcome, actor_id, target_type, target_id, reason, after::json->>'permission' AS permission
FROM events_audit ORDER BY occurred_at DESC, id DESC
"""


@dataclass(frozen=True)
class Stage:
    user: User
    session_id: str
    client_id: str
    key_id: str
    api_key_id: str
    client_api_key_id: str
    initial_token_id: str
    provider_id: str
    link_id: str
    context_id: str
    policy_id: str

    @property
    def kind(self) -> str:
        return f"{self.client_id}:paper"

    def make_key(self) -> dict[str, Any]:
        subject = {"type": "user", "id": self.user.id}
        return {"entity": {"type": self.kind, "id": "1"}, "relation": "owner", "subject": subject}


@dataclass(frozen=True)
class Case:
    """A mutation that would succeed, and the permission that it needs.

    Attributes:
        instead: permissions of which each does as well.
        sight: what is told to be missing to a caller who may not even see what changes; None: `permission`.
        besides: what it needs in addition.
    """

    permission: str
    make_input: Callable[[Stage], dict[str, Any]]
    instead: frozenset[str] = frozenset()
    sight: str | None = None
    besides: frozenset[str] = frozenset()


def of_key(permission: str, *, of_client: bool = False, **given: Any) -> Case:
    """A mutation of an API key that is there. Who manages keys of its owner may revoke them as well."""
    managing = "clients.manage_access" if of_client else "users.impersonate"

    def make_input(stage: Stage) -> dict[str, Any]:
        return {"id": stage.client_api_key_id if of_client else stage.api_key_id, **given}

    if permission == managing:
        return Case(permission, make_input, sight="api_keys.view_all")
    return Case(permission, make_input, instead=frozenset({managing}))


CASES = {
    "userCreate": Case("users.create", lambda stage: {"email": "new@example.com", "sendInvitation": True}),
    "userUpdate": Case("users.update", lambda stage: {"id": stage.user.id, "name": "Renamed"}),
    "userBan": Case("users.ban", lambda stage: {"id": stage.user.id}),
    "userUnban": Case("users.ban", lambda stage: {"id": stage.user.id}),
    "userDelete": Case("users.delete", lambda stage: {"id": stage.user.id}),
    "userRestore": Case("users.delete", lambda stage: {"id": stage.user.id}),
    "userMerge": Case(
        "users.delete",
        lambda stage: {"from": stage.user.id, "into": TWIN_ID},
        besides=frozenset({"users.update", "clients.manage_access"}),
    ),
    "userDataExport": Case(
        "platform.manage_platform",
        lambda stage: {"id": stage.user.id},
        besides=frozenset({"users.view", "sessions.view_all", "api_keys.view_all"}),
    ),
    "clientCreate": Case("clients.create", lambda stage: {"name": "New", "kind": "MACHINE"}),
    "clientUpdate": Case("clients.update", lambda stage: {"id": stage.client_id, "name": "Renamed"}),
    "clientDelete": Case("clients.delete", lambda stage: {"id": stage.client_id}),
    "clientSecretRotate": Case("clients.update", lambda stage: {"id": stage.client_id}),
    "identityProviderCreate": Case(
        "platform.manage_platform",
        lambda stage: {
            "slug": "new",
            "name": "New",
            "kind": "OIDC",
            "issuer": "https://new.example",
            "clientId": "us",
            "clientSecret": "secret",
        },
    ),
    "identityProviderUpdate": Case(
        "platform.manage_platform", lambda stage: {"id": stage.provider_id, "name": "Renamed"}
    ),
    "identityProviderDelete": Case("platform.manage_platform", lambda stage: {"id": stage.provider_id}),
    "registrationContextCreate": Case(
        "clients.manage_access",
        lambda stage: {
            "slug": "new",
            "name": "New",
            "clientId": stage.client_id,
            "grants": [{"entityType": stage.kind, "relation": "owner"}],
        },
    ),
    "registrationContextUpdate": Case(
        "clients.manage_access", lambda stage: {"id": stage.context_id, "name": "Renamed"}
    ),
    "registrationContextDelete": Case("clients.manage_access", lambda stage: {"id": stage.context_id}),
    "policySave": Case(
        "clients.manage_access",
        lambda stage: {"client": stage.client_id, "name": "there", "source": "return false"},
    ),
    "policyDelete": Case("clients.manage_access", lambda stage: {"id": stage.policy_id}),
    "linkedIdentityDelete": Case("users.update", lambda stage: {"id": stage.link_id}),
    "initialAccessTokenCreate": Case("clients.create", lambda stage: {"name": "New"}),
    "initialAccessTokenRevoke": Case("clients.create", lambda stage: {"id": stage.initial_token_id}),
    "apiKeyCreate": Case("users.impersonate", lambda stage: {"name": "New", "ownerUserId": stage.user.id}),
    "apiKeyUpdate": of_key("users.impersonate", name="Renamed"),
    "apiKeyRotate": of_key("users.impersonate"),
    "apiKeyDisable": of_key("api_keys.revoke"),
    "apiKeyEnable": of_key("api_keys.revoke"),
    "apiKeyDelete": of_key("api_keys.revoke"),
    "tuplesWrite": Case("clients.manage_access", lambda stage: {"deletes": [stage.make_key()], "reason": "a test"}),
    "tuplesDelete": Case("clients.manage_access", lambda stage: {"filter": {"entityType": stage.kind}}),
    "modelSave": Case("clients.manage_access", lambda stage: {"clientId": stage.client_id, "source": f"{MODEL}type a"}),
    "userFactorsReset": Case("platform.manage_platform", lambda stage: {"id": stage.user.id}),
    "consentWithdraw": Case("users.update", lambda stage: {"userId": stage.user.id, "clientId": stage.client_id}),
    "tokenFamilyRevoke": Case(
        "sessions.revoke_all",
        lambda stage: {"id": family_of(stage.user.id)},
        instead=frozenset({"clients.manage_access"}),
    ),
    "signingKeysRotate": Case("keys.rotate", lambda stage: {"alg": "ES256"}),
    "signingKeyWithdraw": Case("keys.rotate", lambda stage: {"id": stage.key_id}),
    "sessionsRevoke": Case("sessions.revoke_all", lambda stage: {"userId": stage.user.id}),
    "sessionRevoke": Case("sessions.revoke_all", lambda stage: {"id": stage.session_id}),
}
# Mutations of what is the caller's own and nobody else's: tests/factors/graph and tests/lifecycle have their callers
# and trails.
OWN_LIFE = frozenset({"viewerDataExport", "viewerDelete"})
OWN_ACCOUNT = frozenset(
    {
        "viewerEmailChangeStart", "viewerEmailChangeWithdraw", "viewerPasswordChange", "viewerUpdate",
        "viewerVerificationSend",
    }
)  # fmt: skip
OWN_FACTORS = frozenset(
    {
        "passkeyRegister", "passkeyRemove", "passkeyRename", "passkeyStart", "recoveryCodesRegenerate", "totpConfirm",
        "totpRemove", "totpStart",
    }
)  # fmt: skip
# And those of an operator's own browser session: tests/impersonation.
OWN_HAND = frozenset({"impersonationStart", "impersonationStop"})
OWN = OWN_FACTORS | OWN_LIFE | OWN_ACCOUNT | OWN_HAND
# The same mutations of keys that belong to a client.
OF_CLIENT = {
    "apiKeyCreate": Case("clients.manage_access", lambda stage: {"name": "New", "ownerClientId": stage.client_id}),
    "apiKeyUpdate": of_key("clients.manage_access", of_client=True, name="Renamed"),
    "apiKeyRotate": of_key("clients.manage_access", of_client=True),
    "apiKeyDisable": of_key("api_keys.revoke", of_client=True),
    "apiKeyEnable": of_key("api_keys.revoke", of_client=True),
    "apiKeyDelete": of_key("api_keys.revoke", of_client=True),
}
NAMED = [
    *((name, name, case) for name, case in CASES.items()),
    *((f"{name} of a client", name, case) for name, case in OF_CLIENT.items()),
]
MATRIX = [pytest.param(name, case, id=title) for title, name, case in NAMED]
SUFFICIENT = [
    pytest.param(name, case, permission, id=f"{title} with {permission}")
    for title, name, case in NAMED
    for permission in sorted({case.permission, *case.instead})
]


async def make_link(user: User) -> tuple[str, str]:
    """A provider, and the user's account there."""
    new = NewProvider(
        slug="there", name="There", kind=ProviderKind.OIDC, issuer="https://there.example", client_id="us",
        client_secret="secret",
    )  # fmt: skip
    provider = await commit(create_provider(SYSTEM, new))
    linked = await commit(insert_identity("lid_there", provider.id, "1815", user.id, None))
    assert linked is not None
    return provider.id, linked.id


async def make_context(client_id: str) -> str:
    """A registration context of the client, which gives a paper."""
    grant = Grant(f"{client_id}:paper", "owner", "9")
    new = NewContext(slug="there", name="There", grants=(grant,), client_id=client_id)
    return (await commit(create_context(SYSTEM, new))).id


async def make_policy(client_id: str) -> str:
    """A policy of the client, which nothing refers to."""
    return (await commit(save_policy(SYSTEM, PolicyDraft(scope=client_id, name="there", source="return true")))).id


async def build_stage() -> Stage:
    forget_clients()
    user = await make_user()
    new = await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    web = NewClient(name="App", kind=ClientKind.WEB, redirect_uris=("https://app.example/cb",))
    created = await commit(create_client(SYSTEM, web))
    await commit(grant_consent(SYSTEM, user.id, created.client.id, ("openid",)))
    await commit(give_family(user.id, created.client.id, new.session.id))
    forget_keys()
    with override(signing_algorithms=("ES256",), default_id_token_alg="ES256"):
        await commit(ensure_keys())
    signing = next(key for key in await list_keys(SYSTEM) if key.status is KeyStatus.ACTIVE)
    of_user, of_client = await make_key(user), await make_client_key(created.client.id)
    initial = (await commit(create_initial_token(SYSTEM, NewInitialToken(name="CI")))).token
    keys = (signing.id, of_user.key.id, of_client.key.id, initial.id, *await make_link(user))
    await commit(save_model(SYSTEM, ModelDraft(created.client.id, MODEL)))
    of_client_id = (await make_context(created.client.id), await make_policy(created.client.id))
    stage = Stage(user, new.session.id, created.client.id, *keys, *of_client_id)
    owned = RelationTuple(TupleKey(stage.kind, "1", "owner", "user", user.id))
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(owned,))))
    return stage


async def stage_for(name: str) -> Stage:
    """The stage, so that the mutation changes something: what it undoes was done."""
    stage = await build_stage()
    if name == "userUnban":
        await commit(ban_user(SYSTEM, stage.user.id))
    if name == "userRestore":
        await commit(schedule_deletion(SYSTEM, stage.user.id, grace=timedelta(days=14)))
    if name == "userMerge":
        await make_user("twin@example.com", id=TWIN_ID)
    if name == "apiKeyEnable":
        await commit(disable_key(SYSTEM, stage.api_key_id))
        await commit(disable_key(SYSTEM, stage.client_api_key_id))
    if name == "userFactorsReset":
        await give_app(stage.user)
    return stage


def mutation(name: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ __typename errors {{ code field message }} }} }}"


def test_every_mutation_has_a_case() -> None:
    assert graphql_schema.mutation_type is not None
    assert CASES.keys() | OWN == graphql_schema.mutation_type.fields.keys()


@pytest.mark.parametrize(("name", "case"), MATRIX)
async def test_anonymous_is_refused(name: str, case: Case) -> None:
    stage = await stage_for(name)
    before = await read_everything()

    answer = await execute(mutation(name), {"input": case.make_input(stage)}, actor=NOBODY)

    assert answer["data"] is None
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("UNAUTHENTICATED", [name])
    assert await read_everything() == before


@pytest.mark.parametrize("caller", ["a plain user", "an operator without the permission"])
@pytest.mark.parametrize(("name", "case"), MATRIX)
async def test_a_caller_without_the_permission_is_refused_and_noted(name: str, case: Case, caller: str) -> None:
    stage, is_operator = await stage_for(name), caller.startswith("an operator")
    held = ALL_PERMISSIONS - {case.permission, *case.instead} if is_operator else frozenset[str]()
    permission = case.permission if is_operator else case.sight or case.permission
    before = await read_everything()

    with deciding(usr_caller=held):
        answer = await execute(mutation(name), {"input": case.make_input(stage)}, actor=as_user("usr_caller"))

    assert answer["data"] is None
    (error,) = answer["errors"]
    assert {key: error["extensions"][key] for key in ("code", "reason", "permission")} == {
        "code": "FORBIDDEN",
        "reason": "kit_permission_missing",
        "permission": permission,
    }
    assert await read_everything() == before
    rows = await db.fetch(AUDIT)
    noted = ("mutation.denied", "denied", "usr_caller", "mutation", name, "kit_permission_missing", permission)
    assert tuple(rows[0]) == noted
    assert sum(row["outcome"] == "denied" for row in rows) == 1


@pytest.mark.parametrize(("name", "case", "permission"), SUFFICIENT)
async def test_a_caller_with_the_permission_alone_is_let_through(name: str, case: Case, permission: str) -> None:
    stage = await stage_for(name)
    await make_user("caller@example.com", id="usr_caller")
    before = await db.fetch_value("SELECT count(*) FROM events_audit")

    with deciding(usr_caller={permission, *case.besides}):
        answer = await execute(mutation(name), {"input": case.make_input(stage)}, actor=as_user("usr_caller"))

    assert "errors" not in answer
    assert answer["data"][name]["errors"] == []
    assert await db.fetch_value("SELECT count(*) FROM events_audit") > before


@pytest.mark.parametrize("owner", ["the user", "the client"])
@pytest.mark.parametrize("name", OF_CLIENT)
async def test_an_owner_changes_its_own_keys_without_a_permission_and_nobody_else_s(name: str, owner: str) -> None:
    stage = await stage_for(name)
    is_user = owner == "the user"
    actor = as_user(stage.user) if is_user else Actor(ActorKind.CLIENT, stage.client_id, origin=ORIGIN)
    own, foreign = (CASES, OF_CLIENT) if is_user else (OF_CLIENT, CASES)
    before = await read_everything()

    with deciding():
        refused = await execute(mutation(name), {"input": foreign[name].make_input(stage)}, actor=actor)
        between = await read_everything()
        answer = await execute(mutation(name), {"input": own[name].make_input(stage)}, actor=actor)

    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]
    assert between == before
    assert (answer["data"][name]["errors"], await read_everything() == before) == ([], False)


# Mutations of one thing that is named by its id, and nothing else that has to be given.
BY_ID = (
    "userUpdate", "userBan", "userUnban", "userDelete", "userRestore", "userDataExport",
    "clientUpdate", "clientDelete", "clientSecretRotate", "initialAccessTokenRevoke",
    "apiKeyUpdate", "apiKeyRotate", "apiKeyDisable", "apiKeyEnable", "apiKeyDelete", "sessionRevoke",
    "signingKeyWithdraw", "policyDelete",
)  # fmt: skip


@pytest.mark.parametrize("name", BY_ID)
async def test_what_is_not_there_is_told_in_the_payload(name: str) -> None:
    with deciding(usr_caller=ALL_PERMISSIONS):
        answer = await execute(mutation(name), {"input": {"id": "usr_nobody"}}, actor=as_user("usr_caller"))

    assert "errors" not in answer
    (error,) = answer["data"][name]["errors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["id"])


async def test_each_mutation_of_a_document_is_a_transaction_of_its_own() -> None:
    stage = await build_stage()
    source = f"""mutation {{
        first: userUpdate(input: {{id: "{stage.user.id}", name: "First"}}) {{ user {{ name }} errors {{ code }} }}
        second: userUpdate(input: {{id: "{stage.user.id}", name: "Second", email: "nonsense"}}) {{
            user {{ name }} errors {{ code field }}
        }}
        third: userUpdate(input: {{id: "{stage.user.id}", username: "third"}}) {{ user {{ name username }} }}
    }}"""

    with deciding(usr_caller={"users.update"}):
        answer = await execute(source, actor=as_user("usr_caller"))

    assert answer["data"] == {
        "first": {"user": {"name": "First"}, "errors": []},
        "second": {"user": None, "errors": [{"code": "INVALID", "field": ["email"]}]},
        "third": {"user": {"name": "First", "username": "third"}},
    }


async def test_a_denial_does_not_undo_what_came_before_it() -> None:
    stage = await build_stage()
    source = f"""mutation {{
        first: userUpdate(input: {{id: "{stage.user.id}", name: "First"}}) {{ errors {{ code }} }}
        second: userDelete(input: {{id: "{stage.user.id}"}}) {{ errors {{ code }} }}
    }}"""

    with deciding(usr_caller={"users.update"}):
        answer = await execute(source, actor=as_user("usr_caller"))

    assert (answer["data"], answer["errors"][0]["path"]) == (None, ["second"])
    user = await find_user(stage.user.id)
    assert user is not None
    assert user.name == "First"


async def test_what_a_mutation_shows_is_read_after_it() -> None:
    stage = await build_stage()
    source = f"""mutation {{
        a: userBan(input: {{id: "{stage.user.id}"}}) {{ user {{ status sessions {{ totalCount nodes {{ id }} }} }} }}
        b: userUnban(input: {{id: "{stage.user.id}"}}) {{ user {{ status }} }}
    }}"""

    with deciding(usr_caller={"users.ban", "sessions.view_all"}):
        answer = await execute(source, actor=as_user("usr_caller"))

    assert answer["data"] == {
        "a": {"user": {"status": "BANNED", "sessions": {"totalCount": 0, "nodes": []}}},
        "b": {"user": {"status": "ACTIVE"}},
    }


async def test_several_problems_of_one_input_are_told_at_once() -> None:
    source = mutation("userCreate")

    with deciding(usr_caller={"users.create"}):
        answer = await execute(
            source,
            {"input": {"email": "ada@example.com", "username": "!", "locale": "?", "attributes": []}},
            actor=as_user("usr_caller"),
        )

    problems = answer["data"]["userCreate"]["errors"]
    assert sorted((problem["code"], *problem["field"]) for problem in problems) == [
        ("INVALID", "attributes"),
        ("INVALID", "locale"),
        ("INVALID", "username"),
    ]
    assert await db.fetch_value("SELECT count(*) FROM users_user") == 0
