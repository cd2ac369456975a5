"""Whoever acts as a user looks, and uses applications; what is the user's own stays as it is."""

from __future__ import annotations

import pytest

from app.impersonation.rules import is_closed_to_acting
from app.kit import db
from app.kit.actor import SYSTEM
from app.oidc.consents import grant_consent
from app.signing.service import ensure_keys
from app.users.types import User
from tests.graph.support import console_documents
from tests.impersonation.support import Desk, told
from tests.login.support import OTHER_PASSWORD, PASSWORD, Visitor
from tests.oidc.support import make_party
from tests.support import commit, read_everything

REVOKE_ALL = "mutation ($input: SessionsRevokeInput!) { sessionsRevoke(input: $input) { revokedCount } }"
REVOKE_FAMILY = "mutation ($input: TokenFamilyRevokeInput!) { tokenFamilyRevoke(input: $input) { user { id } } }"


@pytest.mark.parametrize(
    "path",
    [
        "/signin", "/signin/second", "/signin/enrol", "/signup", "/password/change", "/password/reset",
        "/password/forgot", "/email/verify", "/account/security/app", "/account/security/app/remove",
        "/account/security/passkeys/new", "/account/security/recovery-codes", "/device", "/oauth2/consent/int_x",
        "/account/anything/new",
    ],
)  # fmt: skip
async def test_no_page_takes_a_change(desk: Desk, user: User, path: str) -> None:
    await desk.begin(user)
    await desk.viewer()
    before = await read_everything()

    answer = await desk.visitor.client.post(
        path, data={"password": OTHER_PASSWORD, "current": PASSWORD, "email": "new@example.com", "decision": "allow"}
    )

    assert answer.status_code == 403
    assert "Not while" in answer.text or "not possible while" in answer.text
    assert await read_everything() == before


def test_what_is_not_named_is_closed() -> None:
    assert is_closed_to_acting("POST", "/account/new-page")
    assert is_closed_to_acting("DELETE", "/graphql/x")
    assert not is_closed_to_acting("POST", "/graphql")
    assert not is_closed_to_acting("GET", "/account/new-page")


async def test_pages_that_begin_a_change_refuse(desk: Desk, user: User) -> None:
    await desk.begin(user)

    for path in ("/account/security/app", "/account/security/passkeys/new", "/account/security/recovery-codes"):
        assert (await desk.visitor.get(path)).status == 403, path
    assert (
        (await desk.visitor.get("/signin/again?next=/account/security"))
        .response.headers["location"]
        .startswith("/signin")
    )


@pytest.mark.parametrize(
    ("document", "given", "reason"),
    [
        ("factors/TotpStart.graphql", {"input": {}}, "factors_own_session_required"),
        ("factors/RecoveryCodesRegenerate.graphql", {"input": {}}, "factors_own_session_required"),
        ("factors/PasskeyStart.graphql", {"input": {}}, "factors_own_session_required"),
        ("account/ViewerUpdate.graphql", {"input": {"name": "x"}}, "factors_own_session_required"),
        (
            "account/ViewerPasswordChange.graphql",
            {"input": {"password": OTHER_PASSWORD}},
            "factors_own_session_required",
        ),
        (
            "account/ViewerEmailChangeStart.graphql",
            {"input": {"email": "x@example.com"}},
            "factors_own_session_required",
        ),
        ("account/ViewerVerificationSend.graphql", {"input": {}}, "factors_own_session_required"),
        ("lifecycle/ViewerDelete.graphql", {"input": {}}, "factors_own_session_required"),
        ("lifecycle/ViewerDataExport.graphql", {"input": {}}, "factors_own_session_required"),
        ("api_keys/ApiKeyCreate.graphql", {"input": {"name": "x"}}, "api_keys_impersonated"),
    ],
)
async def test_the_api_takes_no_change_of_what_is_the_users_own(
    desk: Desk, user: User, document: str, given: dict[str, object], reason: str
) -> None:
    await desk.begin(user)
    await desk.viewer()
    before = await read_everything()

    answer = await desk.ask(console_documents()[document], **given)

    assert answer["errors"][0]["extensions"]["reason"] == reason
    assert await read_everything() == before


async def test_what_the_user_allowed_applications_stays(desk: Desk, user: User) -> None:
    party = await make_party(desk.visitor.client, is_first_party=False)
    await commit(grant_consent(SYSTEM, user.id, party.client.id, ("openid",)))
    await desk.begin(user)
    await desk.viewer()
    before = await read_everything()

    answer = await desk.ask(
        console_documents()["consents/ConsentWithdraw.graphql"],
        input={"userId": user.id, "clientId": party.client.id},
    )

    assert answer["errors"][0]["extensions"]["reason"] == "impersonation_not_while_acting"
    assert await read_everything() == before


async def test_the_users_own_sessions_stay(desk: Desk, user: User, stranger: Visitor) -> None:
    await stranger.sign_in("jane@example.com")
    theirs = Desk(stranger, desk.operator)
    own = await theirs.session()
    await desk.begin(user)
    await desk.viewer()
    before = await read_everything()

    one = await desk.ask(console_documents()["sessions/SessionRevoke.graphql"], input={"id": own.id})
    every = await desk.ask(REVOKE_ALL, input={"userId": user.id, "keepCurrent": True})

    assert [each["errors"][0]["extensions"]["reason"] for each in (one, every)] == ["kit_permission_missing"] * 2
    assert await read_everything() == before
    assert await theirs.who() == user.id


async def test_the_tokens_of_the_users_applications_stay(desk: Desk, user: User, stranger: Visitor) -> None:
    await commit(ensure_keys())
    party = await make_party(stranger.client)
    await stranger.sign_in("jane@example.com")
    await party.tokens(scope="openid offline_access")
    family_id = await db.fetch_value("SELECT id FROM oidc_grant WHERE user_id = $1", user.id)
    await desk.begin(user)
    await desk.viewer()
    before = await read_everything()

    answer = await desk.ask(REVOKE_FAMILY, input={"id": family_id})

    assert answer["errors"][0]["extensions"]["reason"] == "impersonation_not_while_acting"
    assert await read_everything() == before


async def test_what_is_done_meanwhile_names_both(desk: Desk, user: User) -> None:
    party = await make_party(desk.visitor.client)
    await desk.begin(user)
    session = await desk.session()

    await party.code()
    await desk.ask(console_documents()["sessions/SessionRevoke.graphql"], input={"id": session.id})

    assert await told("oidc.client_authorized", "session.deleted", "user.impersonation_ended") == [
        ("oidc.client_authorized", user.id, desk.operator.id, party.client.id, None),
        ("session.deleted", user.id, desk.operator.id, session.id, None),
        ("user.impersonation_ended", user.id, desk.operator.id, user.id, None),
    ]


async def test_the_user_sees_the_session_among_their_own(desk: Desk, user: User, stranger: Visitor) -> None:
    await desk.begin(user)
    session = await desk.session()
    theirs = Desk(stranger, desk.operator)
    await stranger.sign_in("jane@example.com")

    told_to = await theirs.ask("{ viewer { user { sessions { nodes { id expiresAt } } } } }")

    assert session.id in {each["id"] for each in told_to["data"]["viewer"]["user"]["sessions"]["nodes"]}
