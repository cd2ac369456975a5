"""A user is left out only where a source provably does not look at them."""

from __future__ import annotations

import pytest

from app.policies.service import needs_user


@pytest.mark.parametrize(
    "source",
    [
        "return true",
        "return context.resource.amount <= 10",
        "return context . action == 'read'",
        "return context.env.user_agent ~= nil",
        "return context.subject.id == context.resource.owner",
        "local r = context.resource\nreturn r.a == 1",
    ],
)
def test_it_is_not_needed(source: str) -> None:
    assert needs_user(source) is False


@pytest.mark.parametrize(
    "source",
    [
        "return context.user.role == 'admin'",
        "return context . user . role == 'admin'",
        "return context['user'].role == 'admin'",
        "return context['us' .. 'er'].role == 'admin'",
        r"return context['\117ser'].role == 'admin'",
        "local c = context\nreturn c['us' .. 'er'].role == 'admin'",
        "local c = context",
        "return (context)['us' .. 'er'] ~= nil",
        "for k, v in pairs(context) do if #k == 4 then return true end end",
        "return _G['con' .. 'text'] ~= nil",
        "return _ENV['con' .. 'text'] ~= nil",
        "return context--[[.x]]['us' .. 'er']",
        "return context ..x",
        "return context:user()",
        "local t = {context}\nreturn t[1]['us' .. 'er']",
        "return f(context, 'us' .. 'er')",
        "return context\n.user",
    ],
)
def test_it_may_be_needed(source: str) -> None:
    assert needs_user(source) is True
