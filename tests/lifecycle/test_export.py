"""The export of what is known of a person: who may have it, what is in it, and how it is handed over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from app.api_keys.service import delete_key, disable_key
from app.authz.service import write_tuples
from app.authz.types import EVERY, PLATFORM, SUPER_ADMIN, RelationTuple, TupleKey, TupleWrite
from app.factors.errors import OwnSessionRequired, StepUpRequired
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, Origin
from app.kit.errors import Forbidden, Gone, TooMany, Unauthenticated
from app.kit.guard import ALL_PERMISSIONS
from app.kit.limits import sweep_counters
from app.lifecycle.errors import ExportLinkOver
from app.lifecycle.service import export_own_data, link_export, link_own_export, redeem_link, schedule_deletion
from app.lifecycle.service.exporting import PERMISSIONS
from app.lifecycle.types import DataExport, ExportLink
from app.oidc.consents import grant_consent
from app.sessions.service import begin_session
from app.users.service import ban_user, delete_user, unban_user, update_user
from app.users.types import User, UserChanges
from tests.api_keys.support import make_key, relate
from tests.clients.support import make_client
from tests.factors.support import fresh, give_app, give_passkey
from tests.graph.test_mutations import make_link
from tests.lifecycle.callers import assert_needs_all
from tests.login.support import make_person
from tests.oidc.families import give_family
from tests.support import (
    ISSUER,
    as_user,
    commit,
    counted_statements,
    deciding,
    make_admin,
    make_user,
    read_audit,
    read_everything,
)

ADMIN = as_user("usr_admin")
READER = {"usr_admin": set(PERMISSIONS)}


async def make_operator() -> User:
    """Who stands behind `ADMIN`: a link is worth nothing once they are gone."""
    return await make_user("operator@example.com", id="usr_admin")


async def read(export: DataExport) -> dict[str, list[dict[str, object]]]:
    document: dict[str, list[dict[str, object]]] = orjson.loads(b"".join([chunk async for chunk in export.chunks]))
    return document


def token_of(link: ExportLink) -> str:
    return urlsplit(link.url).query.removeprefix("token=")


async def fill(user: User) -> None:
    """Let each part of an export have something."""
    client = await make_client()
    new = await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="pwd", browser_id="b"))
    await commit(grant_consent(SYSTEM, user.id, client.id, ("openid",)))
    await commit(give_family(user.id, client.id, new.session.id))
    await make_key(user)
    await make_link(user)
    staff = TupleKey("group", "staff", "member", "user", user.id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(staff),))))
    await give_app(user)
    await give_passkey(user)


@pytest.mark.parametrize("permission", PERMISSIONS)
async def test_an_operator_needs_to_see_every_part(permission: str) -> None:
    user = await make_user()

    await assert_needs_all(PERMISSIONS, permission, lambda actor: link_export(actor, user.id))


async def test_only_who_just_signed_in_gets_their_own_data() -> None:
    user = await make_user()
    await give_app(user)
    old = as_user(user, session_id="s", acr="mfa", auth_time=clock.now() - timedelta(minutes=11))
    cases = [
        (ANONYMOUS, Unauthenticated),
        (fresh(user, "mfa", client_id="cli_x"), OwnSessionRequired),
        (fresh(user, "mfa", impersonator_id="usr_admin"), OwnSessionRequired),
        (fresh(user, "pwd"), StepUpRequired),
        (old, StepUpRequired),
    ]
    before = await read_everything()

    for actor, refusal in cases:
        with deciding(**{actor.id or "nobody": ALL_PERMISSIONS}), pytest.raises(refusal):
            await export_own_data(actor)
        with deciding(**{actor.id or "nobody": ALL_PERMISSIONS}), pytest.raises(refusal):
            await commit(link_own_export(actor))

    assert await read_everything() == before


async def test_an_export_has_what_every_room_knows_and_no_secret() -> None:
    user = await make_person(attributes={"team": "engines"})
    await fill(user)

    export = await export_own_data(fresh(user, "mfa"))
    document = await read(export)

    assert export.filename == f"auther-{user.id}.json"
    assert list(document) == [
        "format", "issuer", "exported_at", "account", "sign_in", "linked_identities", "sessions", "consents",
        "registration_contexts", "token_families", "api_keys", "tuples", "mails", "audit_about", "audit_by",
    ]  # fmt: skip
    assert (document["format"], document["issuer"]) == ("auther-account/1", ISSUER)
    assert dict(document["account"])["attributes"] == {"team": "engines"}  # type: ignore[call-overload]
    empty = [name for name, part in document.items() if not part]
    assert empty == ["registration_contexts", "audit_by"]
    text = str(document)
    stored = await db.fetch("SELECT phc FROM credentials_password")
    assert stored[0]["phc"] not in text
    assert not [word for word in ("token_hash", "secret_hash", "refresh_hash", "public_key", "phc") if word in text]


async def test_it_is_noted_who_took_an_export() -> None:
    user = await make_user()

    with deciding(**READER):
        await commit(link_export(ADMIN, user.id))
    await export_own_data(fresh(user))

    noted = [(each.actor_id, each.about_user_id) for each in await read_audit() if each.action == "user.exported"]
    assert noted == [("usr_admin", user.id), (user.id, user.id)]


async def test_what_events_hold_of_others_is_left_out() -> None:
    user, other = await make_user(), await make_user("bob@example.com", name="Bob Secretive")
    with deciding(**{user.id: {"users.update"}, other.id: {"users.ban"}}):
        await commit(update_user(as_user(user), other.id, UserChanges(name="Bob Renamed")))
        await commit(ban_user(as_user(other), user.id, reason="noise"))
        await commit(update_user(as_user(user), user.id, UserChanges(name="Ada King")))

    document = await read(await export_own_data(fresh(user)))

    (deed,) = [each for each in document["audit_by"] if each["action"] == "user.updated"]
    assert (deed["target_id"], deed["ip"]) == (other.id, "203.0.113.7")
    assert "after" not in deed
    banned = next(each for each in document["audit_about"] if each["action"] == "user.banned")
    assert (banned["actor_id"], banned["reason"]) == (other.id, "noise")
    assert "ip" not in banned
    assert "Bob" not in str(document)


async def test_a_long_trail_is_read_a_page_at_a_time() -> None:
    user = await make_user()
    for n in range(230):
        await commit(update_user(SYSTEM, user.id, UserChanges(name=f"Name {n}")))
    export = await export_own_data(fresh(user))

    with counted_statements() as statements:
        chunks = [chunk async for chunk in export.chunks]

    assert len(orjson.loads(b"".join(chunks))["audit_about"]) == 232
    assert len([each for each in statements if "events_audit" in each]) == 4
    assert max(map(len, chunks)) < 100 * 1_024


async def test_five_exports_an_hour_are_enough() -> None:
    user = await make_user()
    with clock.frozen() as stopped:
        for _ in range(5):
            await export_own_data(fresh(user))

        with pytest.raises(TooMany) as refused:
            await export_own_data(fresh(user))

        assert refused.value.retry_after is not None
        stopped.advance(timedelta(hours=1))
        await export_own_data(fresh(user))


async def test_a_link_works_once() -> None:
    user = await make_user()
    await make_operator()
    with deciding(**READER):
        token = token_of(await commit(link_export(ADMIN, user.id)))

        document = await read(await redeem_link(token, None))

        with pytest.raises(ExportLinkOver):
            await redeem_link(token, None)
    assert dict(document["account"])["id"] == user.id  # type: ignore[call-overload]


async def test_a_link_works_once_across_the_full_hour_too() -> None:
    user = await make_user()
    await make_operator()
    with deciding(**READER), clock.frozen(datetime(2026, 11, 26, 12, 58, tzinfo=UTC)) as stopped:
        token = token_of(await commit(link_export(ADMIN, user.id)))
        stopped.advance(timedelta(seconds=90))
        await redeem_link(token, None)
        stopped.advance(timedelta(seconds=60))
        await sweep_counters()

        with pytest.raises(ExportLinkOver):
            await redeem_link(token, None)


async def test_of_many_at_once_one_uses_the_link() -> None:
    user = await make_user()
    token = token_of(await commit(link_own_export(fresh(user))))

    results = await asyncio.gather(*(redeem_link(token, "ses_x") for _ in range(8)), return_exceptions=True)

    assert sum(isinstance(each, DataExport) for each in results) == 1
    assert sum(isinstance(each, ExportLinkOver) for each in results) == 7


async def test_the_trail_says_from_where_a_link_was_used() -> None:
    user = await make_user()
    await make_operator()
    with deciding(**READER):
        token = token_of(await commit(link_export(ADMIN, user.id)))
        await redeem_link(token, None, Origin(ip="198.51.100.9", user_agent="curl/8"))
        with pytest.raises(ExportLinkOver):
            await redeem_link(token, None, Origin(ip="198.51.100.10"))

    told = [each for each in await read_audit() if each.action == "user.export_downloaded"]
    assert [(each.actor_id, each.target_id, each.about_user_id, each.ip) for each in told] == [
        (ADMIN.id, user.id, user.id, "198.51.100.9")
    ]


@pytest.mark.parametrize("end", [ban_user, schedule_deletion, delete_user])
async def test_a_link_of_an_operator_who_is_not_active_is_refused_and_not_used_up(end: Callable[..., Any]) -> None:
    user, admin = await make_user(), await make_admin()
    await make_admin("other@example.com")
    token = token_of(await commit(link_export(as_user(admin), user.id)))
    before = await db.fetch("SELECT name, bucket, hits FROM kit_counter ORDER BY name")
    await commit(end(SYSTEM, admin.id))

    with pytest.raises(ExportLinkOver):
        await redeem_link(token, None)

    assert await db.fetch("SELECT name, bucket, hits FROM kit_counter ORDER BY name") == before
    assert "user.export_downloaded" not in [each.action for each in await read_audit()]


async def test_a_refusal_leaves_the_link_for_when_the_operator_is_back() -> None:
    user, admin = await make_user(), await make_admin()
    await make_admin("other@example.com")
    token = token_of(await commit(link_export(as_user(admin), user.id)))
    await commit(ban_user(SYSTEM, admin.id))
    with pytest.raises(ExportLinkOver):
        await redeem_link(token, None)

    await commit(unban_user(SYSTEM, admin.id))

    assert dict((await read(await redeem_link(token, None)))["account"])["id"] == user.id  # type: ignore[call-overload]


@pytest.mark.parametrize("end", ["disabled", "deleted", "owner banned"])
async def test_a_link_of_a_key_that_does_not_work_any_more_opens_nothing(end: str) -> None:
    user, admin = await make_user(), await make_admin()
    await make_admin("other@example.com")
    key = (await make_key(admin)).key
    await relate(f"{PLATFORM}:{EVERY}", SUPER_ADMIN, key.id, "apikey")
    asker = Actor(ActorKind.API_KEY, key.id, owner_id=admin.id)
    token = token_of(await commit(link_export(asker, user.id)))

    if end == "owner banned":
        await commit(ban_user(SYSTEM, admin.id))
    else:
        await commit((disable_key if end == "disabled" else delete_key)(SYSTEM, key.id))

    with pytest.raises(ExportLinkOver):
        await redeem_link(token, None)


async def test_a_link_works_for_five_minutes() -> None:
    user = await make_user()
    with deciding(**READER), clock.frozen() as stopped:
        link = await commit(link_export(ADMIN, user.id))
        assert link.expires_at == clock.now() + timedelta(minutes=5)
        stopped.advance(timedelta(minutes=5))

        with pytest.raises(ExportLinkOver):
            await redeem_link(token_of(link), None)


async def test_a_link_for_a_browser_opens_in_that_browser_only() -> None:
    user = await make_user()
    token = token_of(await commit(link_own_export(fresh(user))))

    for session_id in (None, "ses_y"):
        with pytest.raises(ExportLinkOver):
            await redeem_link(token, session_id)

    assert dict((await read(await redeem_link(token, "ses_x")))["account"])["id"] == user.id  # type: ignore[call-overload]


@pytest.mark.parametrize("token", ["", "x", "AAAA", "A" * 2_000, "ünd", "../../etc/passwd"])
async def test_a_forged_link_opens_nothing(token: str) -> None:
    with pytest.raises(Gone):
        await redeem_link(token, None)


async def test_a_link_of_who_lost_the_permission_or_of_who_is_gone_opens_nothing() -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    await make_operator()
    with deciding(**READER):
        lost = token_of(await commit(link_export(ADMIN, user.id)))
        gone = token_of(await commit(link_export(ADMIN, other.id)))
    await commit(delete_user(SYSTEM, other.id))

    with deciding(), pytest.raises(Forbidden):
        await redeem_link(lost, None)
    with deciding(**READER), pytest.raises(ExportLinkOver):
        await redeem_link(gone, None)


@pytest.fixture
async def browser(app: Starlette, database: None) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as client:
        yield client


async def test_the_download_is_a_file_that_nobody_keeps(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    await make_operator()
    with deciding(**READER):
        link = await commit(link_export(ADMIN, user.id))

        answer = await browser.get(link.url)
        again = await browser.get(link.url)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["content-disposition"] == f'attachment; filename="auther-{user.id}.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["account"]["email"] == user.email
    assert (again.status_code, again.json()["error"]) == (410, "lifecycle_export_link_over")


async def test_a_program_downloads_what_its_key_asked_for() -> None:
    user, admin = await make_user(), await make_admin()
    key = (await make_key(admin)).key
    await relate(f"{PLATFORM}:{EVERY}", SUPER_ADMIN, key.id, "apikey")
    actor = Actor(ActorKind.API_KEY, key.id, owner_id=admin.id, client_id=None)

    link = await commit(link_export(actor, user.id))

    assert dict((await read(await redeem_link(token_of(link), None)))["account"])["id"] == user.id  # type: ignore[call-overload]
