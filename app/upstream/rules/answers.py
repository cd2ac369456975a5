"""What an answer of a provider has to say, and whom it speaks of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from app.upstream.rules.providers import CLAIMS, check_url
from app.upstream.types import Person
from app.users.errors import InvalidUser
from app.users.rules import MAX_NAME, MAX_URL, has_control_characters, is_locale, normalize_email

LEEWAY: Final = timedelta(seconds=60)
# An ID token is made while the person waits.
MAX_TOKEN_AGE: Final = timedelta(minutes=10)
MAX_SUBJECT: Final = 255


class ClaimRefused(ValueError):
    """Why an answer cannot be believed."""


def authorization_url(endpoint: str, parameters: Mapping[str, str]) -> str:
    """The endpoint with these parameters behind those that it has (RFC 6749 §3.1)."""
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"


def check_id_token(claims: Mapping[str, object], *, issuer: str, client_id: str, nonce: str, now: datetime) -> None:
    """Refuse an ID token that is not the one that was asked for. Its signature is checked elsewhere.

    Raises:
        ClaimRefused.

    Source: OpenID Connect Core §3.1.3.7.
    """
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        raise ClaimRefused("iss is another issuer")
    if client_id not in audiences:
        raise ClaimRefused("aud is somebody else")
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        raise ClaimRefused("azp is somebody else")
    if claims.get("nonce") != nonce:
        raise ClaimRefused("nonce is of another request")
    expires, issued = _moment(claims, "exp"), _moment(claims, "iat")
    if expires <= now.timestamp() - LEEWAY.total_seconds():
        raise ClaimRefused("exp is over")
    if not -MAX_TOKEN_AGE.total_seconds() <= issued - now.timestamp() <= LEEWAY.total_seconds():
        raise ClaimRefused("iat is not now")


def _moment(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ClaimRefused(f"{name} is no time")
    return float(value)


def find_proof_time(claims: Mapping[str, object], *, began: datetime, now: datetime) -> datetime | None:
    """When the person proved at the provider who they are; None when it does not tell.

    A sign-in there after `began` is not before it because of a clock that is behind ours.

    Source: OpenID Connect Core §2 (auth_time), §3.1.2.1 (max_age).
    """
    try:
        told = datetime.fromtimestamp(_moment(claims, "auth_time"), UTC)
    except (ClaimRefused, ValueError, OverflowError, OSError):
        return None
    if told > now + LEEWAY:
        return None
    return min(max(told, began), now) if told >= began - LEEWAY else told


def is_same_address(one: str, other: str) -> bool:
    """Whether two addresses that a database calls equal but for case are so to everybody.

    What is not ASCII has to be equal to the letter: folding makes one address of several there.
    """
    return one == other or (one.isascii() and other.isascii() and one.lower() == other.lower())


def read_person(answer: Mapping[str, object], names: Mapping[str, str]) -> Person:
    """Who an answer speaks of. What is not as it should be is left out, but the subject.

    Args:
        names: the members that hold our claims, where they have other names; a dot goes into an object.

    Raises:
        ClaimRefused: there is no usable subject.
    """
    return _read(answer, names, _subject(_find(answer, names.get("sub", "sub"))))


def complete_person(claims: Mapping[str, object], answer: Mapping[str, object], names: Mapping[str, str]) -> Person:
    """The person of some claims, with what another answer tells of the same one.

    An address and the word on it come from one document.

    Raises:
        ClaimRefused: there is no usable subject.
    """
    person = read_person(claims, names)
    told = _read(answer, names, person.subject)
    source = told if person.email is None else person
    return Person(
        subject=person.subject,
        email=source.email,
        is_verified=source.is_verified,
        name=person.name or told.name,
        picture=person.picture or told.picture,
        locale=person.locale or told.locale,
    )


def _read(answer: Mapping[str, object], names: Mapping[str, str], subject: str) -> Person:
    found = {claim: _find(answer, names.get(claim, claim)) for claim in CLAIMS}
    email = _email(found["email"])
    return Person(
        subject=subject,
        email=email,
        is_verified=email is not None and found["email_verified"] in (True, "true"),
        name=_name(found["name"]),
        picture=_picture(found["picture"]),
        locale=_locale(found["locale"]),
    )


def pick_address(listed: object) -> tuple[str | None, bool]:
    """The primary address of a list such as GitHub's, else the first verified one; and whether it is verified."""
    entries = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    usable = [(email, each) for each in entries if (email := _email(each.get("email"))) is not None]
    usable.sort(key=lambda pair: (pair[1].get("primary") is not True, pair[1].get("verified") is not True))
    return (usable[0][0], usable[0][1].get("verified") is True) if usable else (None, False)


def _find(answer: Mapping[str, object], path: str) -> object:
    if path in answer:
        return answer[path]
    value: object = answer
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _subject(value: object) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text or len(text) > MAX_SUBJECT or not text.isprintable():
        raise ClaimRefused("sub is missing or malformed")
    return text


def _email(value: object) -> str | None:
    try:
        return normalize_email(value) if isinstance(value, str) else None
    except InvalidUser:
        return None


def _name(value: object) -> str | None:
    ok = isinstance(value, str) and 0 < len(value) <= MAX_NAME and not has_control_characters(value)
    return str(value) if ok else None


def _picture(value: object) -> str | None:
    ok = isinstance(value, str) and len(value) <= MAX_URL and value.startswith("https://") and check_url(value) is None
    return str(value) if ok else None


def _locale(value: object) -> str | None:
    return value if isinstance(value, str) and is_locale(value) else None
