"""How the protocol is spoken with a client: subjects, signed answers, requests, logout."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from app.clients.errors import InvalidClient, Required, TooLong
from app.clients.rules.redirects import find_web_problem
from app.clients.rules.values import FieldContext, Problems, check_list, texts
from app.clients.types import PAIRWISE_SUBJECT, PUBLIC_SUBJECT
from app.signing.foreign import FOREIGN_ALGORITHMS, UNSIGNED

MAX_ACR_VALUES = 10
MAX_REQUEST_URIS = 20
# OpenID Connect Core §6.2
MAX_REQUEST_URI_LENGTH = 512
MAX_AGE_SECONDS = 31_536_000
_SOFTWARE_LENGTHS = {"software_id": 200, "software_version": 100}
_WORD = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,100}")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def check_subject_type(name: str, value: object, context: FieldContext) -> Problems:
    """Source: OpenID Connect Core §8."""
    return [] if value in {PUBLIC_SUBJECT, PAIRWISE_SUBJECT} else [InvalidClient("It is public or pairwise.", name)]


def check_response_alg(name: str, value: object, context: FieldContext) -> Problems:
    """An algorithm that we sign answers with; None for answers that are not signed."""
    if value is None or value in context.algs:
        return []
    return [InvalidClient(f"Answers are signed with {', '.join(context.algs)}.", name)]


def check_address(name: str, value: object, context: FieldContext) -> Problems:
    """An address of the client that we, or a browser, call: https, without fragment."""
    reason = find_web_problem(str(value)) if value is not None else None
    if reason is None and value is not None and "#" in str(value):
        reason = "It has no fragment (#)."
    return [InvalidClient(reason, name)] if reason else []


def check_request_alg(name: str, value: object, context: FieldContext) -> Problems:
    """The one algorithm of its request objects, which may be none (Dynamic Client Registration §2)."""
    if value is None or value in {*FOREIGN_ALGORITHMS, UNSIGNED}:
        return []
    return [InvalidClient(f"Request objects are signed with {', '.join(FOREIGN_ALGORITHMS)}, or none.", name)]


def check_request_uris(name: str, value: object, context: FieldContext) -> Problems:
    """Addresses that request objects are fetched from: https, with a fragment or without.

    Source: OpenID Connect Core §6.2, Dynamic Client Registration §2.
    """
    uris = texts(value)
    problems = check_list(name, uris, MAX_REQUEST_URIS)
    for place, uri in enumerate(uris[:MAX_REQUEST_URIS]):
        if len(uri) > MAX_REQUEST_URI_LENGTH:
            problems.append(TooLong(f"It has at most {MAX_REQUEST_URI_LENGTH} characters.", name, str(place)))
        elif reason := find_web_problem(uri) or ("It has one fragment (#)." if uri.count("#") > 1 else None):
            problems.append(InvalidClient(reason, name, str(place)))
    return problems


def check_max_age(name: str, value: object, context: FieldContext) -> Problems:
    """Seconds, at most a year."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_AGE_SECONDS):
        return []
    return [InvalidClient(f"It lies between 0 and {MAX_AGE_SECONDS} seconds.", name)]


def check_acr_values(name: str, value: object, context: FieldContext) -> Problems:
    """Names of authentication context classes; which of them are met is settled at each request."""
    values = texts(value)
    return check_list(name, values, MAX_ACR_VALUES) + [
        InvalidClient("A class has 1 to 100 printable characters and no blanks.", name, str(place))
        for place, each in enumerate(values)
        if not _WORD.fullmatch(each)
    ]


def check_software(name: str, value: object, context: FieldContext) -> Problems:
    """Source: RFC 7591 §2."""
    if value is None or (_PRINTABLE.fullmatch(str(value)) and len(str(value)) <= _SOFTWARE_LENGTHS[name]):
        return []
    return [InvalidClient(f"It has 1 to {_SOFTWARE_LENGTHS[name]} printable characters.", name)]


def check_protocol(fields: Mapping[str, object]) -> Problems:
    """What of these fields does not fit the rest of the client."""
    problems, redirects = Problems(), texts(fields["redirect_uris"])
    has_keys = fields["jwks"] is not None or fields["jwks_uri"] is not None
    if fields["require_signed_request_object"] and not has_keys:
        problems.append(Required("Signed requests need the client's public keys.", "jwks"))
    if fields["require_signed_request_object"] and fields["request_object_signing_alg"] == UNSIGNED:
        problems.append(InvalidClient("A client that has to sign does not sign by none.", "request_object_signing_alg"))
    hosts = {_host(uri) for uri in redirects}
    if fields["subject_type"] == PAIRWISE_SUBJECT and len(hosts) > 1 and fields["sector_identifier_uri"] is None:
        text = "Redirect URIs on several hosts need one address that stands for them (OpenID Connect Core §8.1)."
        problems.append(Required(text, "sector_identifier_uri"))
    frontchannel = fields["frontchannel_logout_uri"]
    if frontchannel is not None and _origin(str(frontchannel)) not in {_origin(uri) for uri in redirects}:
        text = "It is on the origin of a redirect URI (OpenID Connect Front-Channel Logout §2)."
        problems.append(InvalidClient(text, "frontchannel_logout_uri"))
    for channel in ("backchannel", "frontchannel"):
        if fields[f"{channel}_logout_session_required"] and fields[f"{channel}_logout_uri"] is None:
            problems.append(Required("A session can be named only where an address is.", f"{channel}_logout_uri"))
    return problems


def _host(uri: str) -> str | None:
    """The host of a web address; what stands there in an address of a private scheme is none."""
    parts = urlsplit(uri)
    return parts.hostname if parts.scheme in {"http", "https"} else None


def _origin(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    return parts.scheme, parts.netloc.lower()
