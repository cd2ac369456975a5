"""The caller: who is signed in, and from where."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, Origin


@pytest.mark.parametrize("kind", [kind for kind in ActorKind if kind is not ActorKind.ANONYMOUS])
def test_every_kind_but_anonymous_is_signed_in(kind: ActorKind) -> None:
    assert Actor(kind, "x").is_authenticated


def test_anonymous_callers_are_not_signed_in() -> None:
    assert not ANONYMOUS.is_authenticated
    assert (ANONYMOUS.id, SYSTEM.id) == (None, None)


def test_seeing_a_caller_elsewhere_changes_nothing_but_the_origin() -> None:
    actor = Actor(ActorKind.USER, "usr_1", session_id="ses_1", scopes=frozenset({"openid"}), amr=("pwd",))
    origin = Origin("req", "203.0.113.7", "Firefox")

    moved = actor.at(origin)

    assert moved.origin == origin
    assert dataclasses.replace(moved, origin=Origin()) == actor
    assert actor.origin == Origin()


def test_a_caller_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ANONYMOUS.id = "usr_1"  # type: ignore[misc]


def test_callers_that_are_equal_are_one_key_and_others_are_not() -> None:
    origin = Origin("req", "203.0.113.7", "Firefox")
    one, same = (
        Actor(ActorKind.USER, "usr_1", session_id="ses_1", scopes=frozenset({"openid"}), origin=origin) for _ in "12"
    )
    changes: list[dict[str, Any]] = [
        {"kind": ActorKind.CLIENT}, {"id": "usr_2"}, {"session_id": None}, {"client_id": "cli_1"},
        {"impersonator_id": "usr_2"}, {"scopes": frozenset()}, {"origin": Origin()}, {"is_account_level": True},
    ]  # fmt: skip
    others = [dataclasses.replace(one, **changed) for changed in changes]

    assert (one == same, hash(one) == hash(same)) == (True, True)
    assert len({one, same, *others}) == 1 + len(others)
