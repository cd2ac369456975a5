"""Passkeys: what makes one, what proves one, and every way to lie about it (WebAuthn Level 3)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.factors.errors import (
    LastFactor,
    PasskeyNameInvalid,
    PasskeyNotFound,
    PasskeyRefused,
    PasskeyTaken,
    TooManyPasskeys,
)
from app.factors.service import (
    begin_passkey,
    find_factors_of,
    prove_own_passkey,
    prove_passkey,
    register_passkey,
    second_step_options,
    sign_in_options,
    sweep_factors,
)
from app.factors.service.challenges import CHALLENGE_TTL
from app.factors.service.passkeys import remove_passkey, rename_passkey
from app.factors.types import PasskeyProof
from app.kit import clock, db
from app.kit.runtime import override
from app.users.types import User
from tests.factors.support import (
    IS_COPIED,
    MAY_BE_COPIED,
    PLACE,
    PRESENT,
    VERIFIED,
    Authenticator,
    b64,
    give_passkey,
    rows,
    unb64,
)
from tests.support import as_user, commit, make_user, read_audit

ELSEWHERE = "browser c|"


async def _reason(work: Any) -> str:
    with pytest.raises(PasskeyRefused) as caught:
        await commit(work)
    assert caught.value.code == "factors_passkey_refused"
    return caught.value.reason


async def _register(user: User, answer: str, name: str = "Laptop") -> Any:
    return await commit(register_passkey(as_user(user), user, PLACE, name=name, answer=answer))


async def test_options_ask_for_a_discoverable_passkey_that_verifies_its_user() -> None:
    user = await make_user(name="Ada Lovelace")
    present = await give_passkey(user)

    options = json.loads(await begin_passkey(user, PLACE))

    assert options["rp"] == {"name": "Auther", "id": "localhost"}
    assert (options["user"]["name"], options["user"]["displayName"]) == ("ada@example.com", "Ada Lovelace")
    assert user.id not in unb64(options["user"]["id"]).decode("latin-1")
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert [each["id"] for each in options["excludeCredentials"]] == [b64(present.credential_id)]
    assert options["attestation"] == "none"


async def test_several_passkeys_are_kept_with_their_names() -> None:
    user = await make_user()

    await give_passkey(user, name="Laptop")
    await give_passkey(user, Authenticator(flags=PRESENT | VERIFIED | MAY_BE_COPIED | IS_COPIED), name="  My   phone ")

    found = (await find_factors_of(user.id)).passkeys
    assert [(each.name, each.is_backup_eligible, each.is_backed_up) for each in found] == [
        ("Laptop", False, False),
        ("My phone", True, True),
    ]
    assert [event.after["name"] for event in await read_audit() if event.action == "factor.added" and event.after] == [
        "Laptop",
        "My phone",
    ]


async def test_recovery_codes_come_with_the_first_passkey_only() -> None:
    user = await make_user()

    first = await _register(user, Authenticator().make(await begin_passkey(user, PLACE)))
    second = await _register(user, Authenticator().make(await begin_passkey(user, PLACE)))

    assert (len(first.recovery_codes), second.recovery_codes) == (10, ())


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({"origin": "https://evil.example"}, "registration"),
        ({"origin": "http://localhost:8001"}, "registration"),
        ({"rp_id": "evil.example"}, "registration"),
        ({"flags": PRESENT}, "registration"),
        ({"flags": VERIFIED}, "registration"),
        ({"flags": PRESENT | VERIFIED | IS_COPIED}, "registration"),
        ({"credential_id": b"i" * 1_024}, "registration"),
    ],
)
async def test_a_registration_that_does_not_hold_leaves_nothing(lie: dict[str, Any], reason: str) -> None:
    user = await make_user()
    answer = Authenticator(**lie).make(await begin_passkey(user, PLACE))

    assert await _reason(register_passkey(as_user(user), user, PLACE, name="x", answer=answer)) == reason

    assert await rows("factors_passkey") == 0


async def test_a_challenge_of_a_registration_is_spent_even_when_it_was_refused() -> None:
    user = await make_user()
    options = await begin_passkey(user, PLACE)
    bad, good = Authenticator(origin="https://evil.example").make(options), Authenticator().make(options)

    reasons = [
        await _reason(register_passkey(as_user(user), user, PLACE, name="x", answer=answer)) for answer in (bad, good)
    ]

    assert reasons == ["registration", "challenge"]


async def test_a_registration_is_bound_to_user_and_place() -> None:
    ada, eve = await make_user(), await make_user("eve@example.com")
    answer = Authenticator().make(await begin_passkey(ada, PLACE))

    assert await _reason(register_passkey(as_user(eve), eve, PLACE, name="x", answer=answer)) == "challenge"
    assert await _reason(register_passkey(as_user(ada), ada, ELSEWHERE, name="x", answer=answer)) == "challenge"


async def test_one_authenticator_registers_once() -> None:
    ada, eve = await make_user(), await make_user("eve@example.com")
    authenticator = await give_passkey(ada)

    with pytest.raises(PasskeyTaken):
        await give_passkey(eve, authenticator)


async def test_there_is_an_end_to_passkeys() -> None:
    user = await make_user()
    for _ in range(20):
        await give_passkey(user)

    with pytest.raises(TooManyPasskeys):
        await give_passkey(user)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "\u202eevil"])
async def test_a_name_is_short_and_can_be_read(name: str) -> None:
    user = await make_user()

    with pytest.raises(PasskeyNameInvalid):
        await give_passkey(user, name=name)


async def test_a_passkey_tells_whose_it_is() -> None:
    user = await make_user()
    authenticator = await give_passkey(user)

    with clock.frozen():
        proof = await commit(prove_passkey(authenticator.get(sign_in_options(PLACE)), PLACE))

        (passkey,) = (await find_factors_of(user.id)).passkeys
        assert (proof, passkey.last_used_at) == (
            PasskeyProof(user.id, passkey.id, ("hwk", "user", "mfa")),
            clock.now(),
        )


async def test_rfc8176_a_key_that_may_be_copied_is_one_of_software() -> None:
    user = await make_user()
    synced = await give_passkey(user, Authenticator(flags=PRESENT | VERIFIED | MAY_BE_COPIED))

    proof = await commit(prove_passkey(synced.get(sign_in_options(PLACE)), PLACE))

    assert proof.amr == ("swk", "user", "mfa")


async def test_options_of_the_sign_in_tell_nothing_of_any_account() -> None:
    await give_passkey(await make_user())

    options = json.loads(sign_in_options(PLACE))

    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"


Lie = Callable[[Authenticator, str], str]


def _with(**lies: Any) -> Lie:
    def tell(authenticator: Authenticator, options: str) -> str:
        for name, value in lies.items():
            setattr(authenticator, name, value)
        return authenticator.get(options)

    return tell


def _changed(answer: str, **changes: Any) -> str:
    content = json.loads(answer)
    return json.dumps({**content, "response": {**content["response"], **changes}})


LIES: dict[str, tuple[Lie, str]] = {
    "another origin": (_with(origin="https://evil.example"), "assertion"),
    "another port": (_with(origin="http://localhost:8001"), "assertion"),
    "https for http": (_with(origin="https://localhost:8000"), "assertion"),
    "another relying party": (_with(rp_id="evil.example"), "assertion"),
    "nobody there": (_with(flags=VERIFIED), "assertion"),
    "user not verified": (_with(flags=PRESENT), "assertion"),
    "a copy after all": (_with(flags=PRESENT | VERIFIED | MAY_BE_COPIED), "backup"),
    "another user's handle": (_with(user_handle=b"h" * 32), "user_handle"),
    "another key": (lambda mine, options: _forged(mine).get(options), "assertion"),
    "an unknown passkey": (_with(credential_id=b"nobody"), "unknown"),
    "a foreign challenge": (lambda mine, options: mine.get(json.dumps({"challenge": b64(b"c" * 56)})), "challenge"),
    "a cut challenge": (lambda mine, options: mine.get(json.dumps({"challenge": b64(b"c")})), "challenge"),
    "a broken signature": (lambda mine, options: _changed(mine.get(options), signature=b64(b"s" * 70)), "assertion"),
    "an answer to a registration": (
        lambda mine, options: _changed(mine.get(options), clientDataJSON=json.loads(mine.make(_as_creation(options)))[
            "response"]["clientDataJSON"]),
        "assertion",
    ),
    "no data": (lambda mine, options: _changed(mine.get(options), authenticatorData=""), "assertion"),
    "no response": (lambda mine, options: '{"rawId": "eA"}', "malformed"),
    "no JSON": (lambda mine, options: "{", "malformed"),
    "a list": (lambda mine, options: "[]", "malformed"),
    "too much": (lambda mine, options: " " * 20_000, "malformed"),
    "deep nesting": (lambda mine, options: "[" * 9_000, "malformed"),
}  # fmt: skip


def _as_creation(options: str) -> str:
    return json.dumps({**json.loads(options), "user": {"id": b64(b"u" * 32)}})


def _forged(mine: Authenticator) -> Authenticator:
    return Authenticator(credential_id=mine.credential_id, user_handle=mine.user_handle)


@pytest.mark.parametrize("name", LIES)
async def test_an_assertion_that_does_not_hold_is_refused(name: str) -> None:
    user = await make_user()
    authenticator = await give_passkey(user)
    tell, reason = LIES[name]

    answer = tell(authenticator, sign_in_options(PLACE))

    assert await _reason(prove_passkey(answer, PLACE)) == reason
    assert await db.fetch_value("SELECT last_used_at FROM factors_passkey") is None


@pytest.mark.parametrize("is_good", [True, False])
async def test_a_challenge_is_answered_once_also_when_the_answer_was_bad(is_good: bool) -> None:
    user = await make_user()
    authenticator = await give_passkey(user)
    options = sign_in_options(PLACE)

    if is_good:
        await commit(prove_passkey(authenticator.get(options), PLACE))
    else:
        await _reason(prove_passkey(_forged(authenticator).get(options), PLACE))

    assert await _reason(prove_passkey(authenticator.get(options), PLACE)) == "challenge"


async def test_of_ten_answers_to_a_challenge_at_once_one_succeeds() -> None:
    user = await make_user()
    authenticator = await give_passkey(user)
    options = sign_in_options(PLACE)
    answers = [authenticator.get(options) for _ in range(10)]

    outcomes = await asyncio.gather(
        *(commit(prove_passkey(answer, PLACE)) for answer in answers), return_exceptions=True
    )

    assert sum(isinstance(each, PasskeyProof) for each in outcomes) == 1
    assert sum(isinstance(each, PasskeyRefused) for each in outcomes) == 9


async def test_a_challenge_is_bound_to_its_place_its_purpose_and_its_time() -> None:
    user = await make_user()
    authenticator = await give_passkey(user)

    with clock.frozen() as frozen:
        options = sign_in_options(PLACE)
        assert await _reason(prove_passkey(authenticator.get(options), ELSEWHERE)) == "challenge"
        assert await _reason(prove_own_passkey(user.id, authenticator.get(options), PLACE)) == "challenge"
        frozen.advance(CHALLENGE_TTL)
        assert await _reason(prove_passkey(authenticator.get(options), PLACE)) == "challenge"


async def test_spent_challenges_are_forgotten_once_they_are_over() -> None:
    user = await make_user()
    authenticator = await give_passkey(user)

    with clock.frozen() as frozen:
        await commit(prove_passkey(authenticator.get(sign_in_options(PLACE)), PLACE))
        spent = await rows("factors_challenge")
        assert (await sweep_factors(), await rows("factors_challenge")) == (0, spent)
        frozen.advance(CHALLENGE_TTL * 2)
        assert (await sweep_factors(), await rows("factors_challenge")) == (spent, 0)


@pytest.mark.parametrize("step_back", [1, 5])
async def test_webauthn_6_1_1_a_counter_that_goes_back_is_refused(step_back: int) -> None:
    user = await make_user()
    authenticator = await give_passkey(user, Authenticator(sign_count=10))
    await commit(prove_passkey(authenticator.get(sign_in_options(PLACE)), PLACE))

    authenticator.sign_count -= step_back
    reason = await _reason(prove_passkey(authenticator.get(sign_in_options(PLACE)), PLACE))

    assert reason == "counter"
    assert await db.fetch_value("SELECT sign_count FROM factors_passkey") == 11


async def test_a_passkey_that_does_not_count_works_again_and_again() -> None:
    user = await make_user()
    authenticator = await give_passkey(user, Authenticator(counts=False))

    for _ in range(2):
        await commit(prove_passkey(authenticator.get(sign_in_options(PLACE)), PLACE))

    assert await db.fetch_value("SELECT sign_count FROM factors_passkey") == 0


async def test_a_passkey_that_was_copied_since_says_so() -> None:
    user = await make_user()
    authenticator = await give_passkey(user, Authenticator(flags=PRESENT | VERIFIED | MAY_BE_COPIED))

    authenticator.flags |= IS_COPIED
    await commit(prove_passkey(authenticator.get(sign_in_options(PLACE)), PLACE))

    assert (await find_factors_of(user.id)).passkeys[0].is_backed_up


async def test_as_second_factor_only_ones_own_counts() -> None:
    ada, eve = await make_user(), await make_user("eve@example.com")
    own, foreign = await give_passkey(ada), await give_passkey(eve)

    options = await second_step_options(ada.id, PLACE) or ""
    assert [each["id"] for each in json.loads(options)["allowCredentials"]] == [b64(own.credential_id)]
    assert await _reason(prove_own_passkey(ada.id, foreign.get(options), PLACE)) == "foreign"
    again = await second_step_options(ada.id, PLACE) or ""
    assert (await commit(prove_own_passkey(ada.id, own.get(again), PLACE))).user_id == ada.id
    assert await second_step_options((await make_user("bob@example.com")).id, PLACE) is None


async def test_renaming_and_removing_reach_ones_own_only() -> None:
    ada, eve = await make_user(), await make_user("eve@example.com")
    await give_passkey(ada)
    (passkey,) = (await find_factors_of(ada.id)).passkeys

    for work in (rename_passkey(as_user(eve), eve, passkey.id, "Mine"), remove_passkey(as_user(eve), eve, passkey.id)):
        with pytest.raises(PasskeyNotFound):
            await commit(work)
    renamed = await commit(rename_passkey(as_user(ada), ada, passkey.id, "Desk"))
    await commit(remove_passkey(as_user(ada), ada, passkey.id))

    assert renamed.name == "Desk"
    assert (await rows("factors_passkey"), await rows("factors_recovery_code")) == (0, 0)
    assert [event.action for event in await read_audit()][-2:] == ["factor.renamed", "factor.removed"]


async def test_of_two_last_factors_removed_at_once_one_stays_while_one_is_required() -> None:
    user = await make_user()
    await give_passkey(user)
    await give_passkey(user)
    passkeys = (await find_factors_of(user.id)).passkeys

    with override(require_mfa=True):
        outcomes = await asyncio.gather(
            *(commit(remove_passkey(as_user(user), user, each.id)) for each in passkeys), return_exceptions=True
        )

    assert [type(each) for each in outcomes if isinstance(each, Exception)] == [LastFactor]
    assert await rows("factors_passkey") == 1


async def test_a_user_who_is_erased_leaves_no_factors() -> None:
    user = await make_user()
    await give_passkey(user)

    await db.execute("DELETE FROM users_user WHERE id = $1", user.id)

    assert (await rows("factors_passkey"), await rows("factors_recovery_code")) == (0, 0)
