"""Creations under a key: whose they are, and when two of them are the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import orjson
import pytest

from app.kit.actor import SYSTEM, Actor, ActorKind
from app.kit.idempotency import IdempotencyKeyInvalid, IdempotentInputTooDeep, read_creation
from app.kit.runtime import override
from tests.support import as_user

FORMER = "a secret for tests, thirty-two bytes or more"
ADA, BOB = as_user("usr_ada"), as_user("usr_bob")


@dataclass(frozen=True)
class Thing:
    name: str
    size: int | None = None


def test_the_same_request_repeats_what_was_kept() -> None:
    first = read_creation(ADA, "k", Thing("a"), "more", True)
    again = read_creation(ADA, "k", Thing("a"), "more", True)

    assert again.key == first.key
    assert again.repeats(first.digest)
    assert (len(first.key), len(first.digest)) == (32, 32)


@pytest.mark.parametrize(
    "given", [(Thing("b"), "more"), (Thing("a", 1), "more"), (Thing("a"), "other"), (Thing("a"),), ("more", Thing("a"))]
)
def test_another_request_under_the_key_does_not(given: tuple[object, ...]) -> None:
    kept = read_creation(ADA, "k", Thing("a"), "more")

    other = read_creation(ADA, "k", *given)

    assert other.key == kept.key
    assert not other.repeats(kept.digest)


@pytest.mark.parametrize("actor", [BOB, SYSTEM, Actor(ActorKind.CLIENT, "usr_ada")])
def test_keys_belong_to_their_caller(actor: Actor) -> None:
    assert read_creation(actor, "k").key != read_creation(ADA, "k").key


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_has_a_size(key: str) -> None:
    with pytest.raises(IdempotencyKeyInvalid) as caught:
        read_creation(ADA, key)

    assert (caught.value.code, caught.value.field) == ("kit_idempotency_key_invalid", ("idempotencyKey",))


@pytest.mark.parametrize(("depth", "is_taken"), [(200, True), (300, False), (1_000, False)])
def test_what_cannot_be_written_as_json_is_refused(depth: int, is_taken: bool) -> None:
    deep = orjson.loads("[" * depth + "]" * depth)

    if is_taken:
        assert read_creation(ADA, "k", deep).repeats(read_creation(ADA, "k", deep).digest)
    else:
        with pytest.raises(IdempotentInputTooDeep):
            read_creation(ADA, "k", deep)


def test_nobody_guesses_a_password_from_a_digest() -> None:
    kept = read_creation(ADA, "k", "hunter2").digest

    guess = hashlib.sha256(orjson.dumps(("hunter2",))).digest()
    assert kept not in {guess, hashlib.sha256(guess).digest()}


def test_a_repeat_is_known_after_the_secret_was_changed() -> None:
    kept = read_creation(ADA, "k", Thing("a")).digest

    with override(secret="b" * 32, secret_previous=(FORMER,)):
        assert read_creation(ADA, "k", Thing("a")).repeats(kept)
