"""What a good password is, and how guessing slows down. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from zxcvbn_rs_py import zxcvbn

from app.credentials.errors import (
    CodesLocked,
    CodesSlowDown,
    InvalidPassword,
    LockedOut,
    PasswordContainsIdentity,
    PasswordGuessable,
    PasswordNotText,
    PasswordTooLong,
    PasswordTooShort,
    SlowDown,
)
from app.credentials.types import Throttle
from app.kit.errors import TooMany

MAX_PASSWORD_LENGTH = 1_024
# As many as for eight random characters: what a password of the least length can offer.
MIN_GUESSES = 10**8
# How much of either end is judged: 32 hostile characters take 70 ms, and the time grows with the square.
ESTIMATED_LENGTH = 32
MIN_IDENTITY_LENGTH = 4
MAX_DELAY_SECONDS = 60.0
CODES_BEFORE_DELAY = 3
CODES_BEFORE_LOCK = 10
# 240 guesses a day find one of three valid codes of a million once in four years.
CODES_LOCK_TTL = timedelta(hours=1)

_REASONS = {
    "AWordByItselfIsEasyToGuess": "single_word",
    "CommonNamesAndSurnamesAreEasyToGuess": "common_name",
    "DatesAreOftenEasyToGuess": "date",
    "NamesAndSurnamesByThemselvesAreEasyToGuess": "common_name",
    "RecentYearsAreEasyToGuess": "recent_year",
    "RepeatsLikeAaaAreEasyToGuess": "repeated_characters",
    "RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess": "repeated_characters",
    "SequencesLikeAbcAreEasyToGuess": "sequence",
    "ShortKeyboardPatternsAreEasyToGuess": "keyboard_pattern",
    "StraightRowsOfKeysAreEasyToGuess": "keyboard_pattern",
    "ThisIsACommonPassword": "common_password",
    "ThisIsATop100Password": "common_password",
    "ThisIsATop10Password": "common_password",
    "ThisIsSimilarToACommonlyUsedPassword": "like_common_password",
}
REASON_WORDS = {
    "single_word": "A word by itself is easy to guess.",
    "common_name": "Names are easy to guess.",
    "date": "Dates are easy to guess.",
    "recent_year": "Recent years are easy to guess.",
    "repeated_characters": "Repeated characters are easy to guess.",
    "sequence": "Sequences such as abc or 6543 are easy to guess.",
    "keyboard_pattern": "Neighbouring keys are easy to guess.",
    "common_password": "It is among the passwords used most.",
    "like_common_password": "It resembles a password that many people use.",
    "own_words": "It is built from your name, your address or the name of this service.",
    "add_words": "Add a word or two, uncommon ones are better.",
}


def check_length(password: str) -> None:
    """Refuse what is not even worth hashing.

    Raises:
        PasswordTooLong, PasswordNotText.
    """
    if len(password) > MAX_PASSWORD_LENGTH:
        raise PasswordTooLong(MAX_PASSWORD_LENGTH)
    try:
        password.encode()
    except UnicodeEncodeError:
        raise PasswordNotText from None


def find_problems(
    password: str, *, identity: Iterable[str], service: Iterable[str] = (), min_length: int
) -> list[InvalidPassword]:
    """Everything that speaks against a new password.

    Args:
        identity: what others may know of the user: e-mail address, username, name.
        service: what this place is called: product, host. It may occur in a password, and makes none.
    """
    if len(password) < min_length:
        return [PasswordTooShort(min_length)]
    given = list(identity)
    words = identity_words(given)
    problems: list[InvalidPassword] = []
    if any(len(word) >= MIN_IDENTITY_LENGTH and word in password.lower() for word in words):
        problems.append(PasswordContainsIdentity())
    reasons = guessing_reasons(password, words + identity_words(service) + domain_words(given))
    if reasons:
        problems.append(PasswordGuessable(reasons, " ".join(REASON_WORDS[reason] for reason in reasons)))
    return problems


def identity_words(identity: Iterable[str]) -> list[str]:
    """E-mail address, name and username with the parts that people build passwords from, in lower case."""
    words: dict[str, None] = {}
    for text in identity:
        lowered = text.lower()
        local = lowered.partition("@")[0]
        words |= dict.fromkeys([lowered, local, *re.split(r"[\W_]+", local)])
    words.pop("", None)
    return list(words)


def domain_words(identity: Iterable[str]) -> list[str]:
    """The parts of the domains of e-mail addresses, in lower case, without the last one."""
    domains = (text.lower().partition("@")[2] for text in identity)
    return [part for domain in domains for part in domain.split(".")[:-1] if part]


def guessing_reasons(password: str, words: list[str]) -> tuple[str, ...]:
    """Why a password is too easy to guess, as names of `REASON_WORDS`; empty when it is not."""
    estimate = zxcvbn(password[:ESTIMATED_LENGTH], words)
    if max(estimate.guesses, zxcvbn(password[-ESTIMATED_LENGTH:], words).guesses) >= MIN_GUESSES:
        return ()
    warning = estimate.feedback.warning if estimate.feedback else None
    name = repr(warning).rpartition(".")[2]
    if name in _REASONS:
        return (_REASONS[name], "add_words")
    is_easier_here = zxcvbn(password[:ESTIMATED_LENGTH]).guesses > estimate.guesses
    return ("own_words", "add_words") if is_easier_here else ("add_words",)


def fold_case(text: str) -> str:
    """Lower case, one character for one as PostgreSQL's `lower`: capital I with a dot gives a plain i."""
    return "".join(character.lower()[0] for character in text)


def bucket_id(*parts: str) -> str:
    """The name under which guesses are counted: SHA-256 in hex, so that it tells nothing."""
    return sha256("\0".join(parts).encode()).hexdigest()


def delays(before_delay: int, before_lock: int) -> list[float]:
    """Seconds to wait after so many failures, by number of failures; past its end is locked."""
    slowing = (min(2.0**step, MAX_DELAY_SECONDS) for step in range(before_lock - before_delay))
    return [0.0] * before_delay + list(slowing)


def code_delays() -> list[float]:
    """As `delays`, for codes: whoever guesses them has proved the password, and there are only a million."""
    return delays(CODES_BEFORE_DELAY, CODES_BEFORE_LOCK)


def code_refusal(throttle: Throttle, now: datetime) -> TooMany:
    """Why a guess at a code may not be made now."""
    found = refusal(throttle, code_delays(), now)
    wait = found.retry_after or timedelta(0)
    return CodesLocked(wait) if isinstance(found, LockedOut) else CodesSlowDown(wait)


def refusal(throttle: Throttle, waits: list[float], now: datetime) -> TooMany:
    """Why a guess may not be made now."""
    if throttle.failures >= len(waits):
        return LockedOut(throttle.expires_at - now)
    return SlowDown(throttle.last_at + timedelta(seconds=waits[throttle.failures]) - now)
