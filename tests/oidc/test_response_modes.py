"""How the answer travels: query, fragment, form_post."""

from __future__ import annotations

from urllib.parse import parse_qsl

from app.sessions.types import Session
from tests.oidc.support import CALLBACK, Party, answer_of
from tests.support import ISSUER


async def test_multiple_response_types_2_1_query_may_be_named(party: Party, session: Session) -> None:
    answer = answer_of(await party.authorize(response_mode="query"))

    assert set(answer) == {"code", "state", "iss"}


async def test_multiple_response_types_2_1_fragment(party: Party, session: Session) -> None:
    answer = await party.authorize(response_mode="fragment")

    address, _, fragment = answer.headers["location"].partition("#")
    assert address == CALLBACK
    assert set(dict(parse_qsl(fragment))) == {"code", "state", "iss"}


async def test_errors_use_the_response_mode_too(party: Party, session: Session) -> None:
    answer = await party.authorize(response_mode="fragment", scope="nothing")

    fields = dict(parse_qsl(answer.headers["location"].partition("#")[2]))
    assert fields["error"] == "invalid_scope"
    assert fields["iss"] == ISSUER


async def test_form_post_2_a_page_that_posts_itself_and_has_a_button(party: Party, session: Session) -> None:
    answer = await party.authorize(response_mode="form_post")

    assert answer.status_code == 200
    assert f'<form method="post" action="{CALLBACK}">' in answer.text
    assert 'name="code" value="acd_' in answer.text
    assert f'name="iss" value="{ISSUER}"' in answer.text
    assert 'name="state" value="state-1"' in answer.text
    assert 'id="continue"' in answer.text
    assert 'src="/static/submit.js?v=' in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_form_post_runs_under_a_policy_without_inline_script(party: Party, session: Session) -> None:
    answer = await party.authorize(response_mode="form_post")

    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "form-action 'self' https://app.example.com;" in policy
    assert (await party.browser.get("/static/submit.js")).status_code == 200


async def test_markup_in_state_is_escaped_with_form_post(party: Party, session: Session) -> None:
    answer = await party.authorize(response_mode="form_post", state='"><script>alert(1)</script>')

    assert "<script>alert" not in answer.text
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in answer.text


async def test_an_error_with_form_post(party: Party, session: Session) -> None:
    answer = await party.authorize(response_mode="form_post", prompt="none login")

    assert 'name="error" value="invalid_request"' in answer.text
