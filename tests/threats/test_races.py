"""The same thing at the same time."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import httpx

from app.credentials.service import check_password
from app.kit import clock, db
from app.oidc.service import withdraw_consent
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.types import User
from tests.login.support import OTHER_PASSWORD, Visitor, link_in, make_person, read_mails
from tests.oidc.support import Party, answer_of
from tests.support import as_user, commit

_HOUR = timedelta(hours=1)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]+)">')


async def test_of_twenty_uses_of_a_reset_link_at_once_one_sets_the_password(visitor: Visitor) -> None:
    user = await make_person()
    await visitor.submit(await visitor.get("/password/forgot"), "forgot-form", identifier="ada@example.com")
    page = await visitor.get(link_in((await read_mails())[0]))
    passwords = [f"{OTHER_PASSWORD} {number}" for number in range(20)]

    answers = await asyncio.gather(*(visitor.submit(page, "choose-form", password=text) for text in passwords))

    assert sorted(answer.status for answer in answers) == [303] + [410] * 19
    winner = passwords[[answer.status for answer in answers].index(303)]
    assert (await check_password(user.id, winner)).is_correct
    assert await db.fetch_value("SELECT version FROM credentials_password WHERE user_id = $1", user.id) == 2


async def test_of_ten_consents_at_once_one_code_comes_out(third_party: Party, session: Session) -> None:
    browser = third_party.browser
    path = (await third_party.authorize()).headers["location"]
    form = _form_of(await browser.get(path))

    allowed = await asyncio.gather(*(browser.post(path, data={**form, "decision": "allow"}) for _ in range(10)))
    answers = await asyncio.gather(*(browser.get(allowed[0].headers["location"]) for _ in range(10)))

    assert {answer.status_code for answer in allowed} == {303}
    assert sorted(answer.status_code for answer in answers) == [303] + [400] * 9
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 1


async def test_a_refusal_and_a_consent_at_once_give_one_answer(third_party: Party, session: Session) -> None:
    browser = third_party.browser
    path = (await third_party.authorize()).headers["location"]
    form = _form_of(await browser.get(path))

    answers = await asyncio.gather(
        *(browser.post(path, data={**form, "decision": decision}) for decision in ("allow", "deny") * 5)
    )

    assert {answer.status_code for answer in answers} <= {303, 400}
    refusals = [a for a in answers if a.headers.get("location", "").startswith("https://app.example.com")]
    assert {answer_of(answer)["error"] for answer in refusals} <= {"access_denied"}
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 0


async def test_ending_a_session_during_refreshes_leaves_no_live_token(
    party: Party, session: Session, user: User
) -> None:
    token = (await party.tokens())["refresh_token"]

    refreshes = [asyncio.create_task(party.refresh(token)) for _ in range(10)]
    await commit(end_session(as_user(user), session.id))
    answers = await asyncio.gather(*refreshes)

    assert {answer.status_code for answer in answers} <= {200, 400}
    for answer in answers:
        if answer.status_code == 200:
            assert (await party.refresh(answer.json()["refresh_token"])).json()["error"] == "invalid_grant"
            assert (await party.userinfo(answer.json()["access_token"])).status_code == 401


async def test_withdrawing_a_consent_ends_codes_that_wait(third_party: Party, session: Session, user: User) -> None:
    path = (await third_party.authorize()).headers["location"]
    form = _form_of(await third_party.browser.get(path))
    allowed = await third_party.browser.post(path, data={**form, "decision": "allow"})
    code = answer_of(await third_party.browser.get(allowed.headers["location"]))["code"]

    await commit(withdraw_consent(as_user(user), user.id, third_party.client.id))

    refused = await third_party.redeem(code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_clock_that_steps_back_makes_no_code_valid_twice(party: Party, session: Session) -> None:
    code, now = await party.code(), clock.now()
    assert (await party.redeem(code)).status_code == 200

    with clock.frozen(now - _HOUR):
        again = await party.redeem(code)

    assert again.json()["error"] == "invalid_grant"


async def test_a_clock_that_steps_back_does_not_lengthen_the_grace_of_a_spent_token(
    party: Party, session: Session
) -> None:
    spent, now = (await party.tokens())["refresh_token"], clock.now()
    successor = (await party.refresh(spent)).json()["refresh_token"]

    with clock.frozen(now - _HOUR):
        answer = await party.refresh(spent)

    assert answer.json()["error"] == "invalid_grant"
    assert (await party.refresh(successor)).json()["error"] == "invalid_grant"


def _form_of(page: httpx.Response) -> dict[str, str]:
    assert page.status_code == 200, page.text
    return dict(_HIDDEN.findall(page.text))
