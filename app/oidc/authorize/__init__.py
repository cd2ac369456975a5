"""The authorization endpoint: small steps in this order, each in a file of its own.

`take_request` comes first: it finds the parameters that count.
Before `Attempt` exists, refusals are pages (`ShownToUser`); a step can only refuse towards the client.
Source: RFC 6749 §4.1.1, OpenID Connect Core §3.1.2, RFC 9700 §2.1 and §4.1.
"""

from __future__ import annotations

from dataclasses import replace

from app.events.refusals import identify_caller
from app.oidc.authorize.attempt import Asked, Attempt, Step
from app.oidc.authorize.check_parameters import check_parameters
from app.oidc.authorize.find_client import find_client
from app.oidc.authorize.give_code import give_code
from app.oidc.authorize.match_subject import match_subject
from app.oidc.authorize.read_claims import read_claims
from app.oidc.authorize.read_hint import read_hint
from app.oidc.authorize.read_key import read_key
from app.oidc.authorize.read_nonce import read_nonce
from app.oidc.authorize.read_pkce import read_pkce
from app.oidc.authorize.read_prompt import read_prompt
from app.oidc.authorize.read_resources import read_resources
from app.oidc.authorize.read_response import read_response
from app.oidc.authorize.read_scope import read_scope
from app.oidc.authorize.require_acr import require_acr
from app.oidc.authorize.require_consent import require_consent
from app.oidc.authorize.require_sign_in import require_sign_in
from app.oidc.authorize.trust_redirect_uri import trust_redirect_uri
from app.oidc.types import Redirect, Visit

READING: tuple[Step, ...] = (
    check_parameters,  # each once, none that we do not support
    read_response,  # response_type, response_mode
    read_pkce,  # code_challenge, code_challenge_method
    read_key,  # dpop_jkt
    read_nonce,  # nonce
    read_scope,  # scope
    read_resources,  # resource
    read_claims,  # claims
    read_prompt,  # prompt, max_age, acr_values
    read_hint,  # id_token_hint
)
STEPS: tuple[Step, ...] = (
    *READING,
    require_sign_in,  # else: to the sign-in pages, or login_required
    match_subject,  # the user that the client meant
    require_acr,  # the strength that is wanted; else: to the second factor, or login_required
    require_consent,  # else: to the consent page, or consent_required
    give_code,
)


async def authorize(asked: Asked) -> Redirect | Visit:
    """Decide on a request to authorize, inside the caller's unit of work.

    Raises:
        ShownToUser: client or redirect URI cannot be trusted.
        SentToClient: everything else that is wrong.
    """
    attempt = await identify(asked)
    for step in STEPS:
        outcome = await step(attempt)
        if outcome is not None:
            return outcome
    raise RuntimeError("the last step must answer")


async def review(asked: Asked) -> Attempt:
    """Read a request without deciding on it (for the consent page).

    Raises:
        ShownToUser, SentToClient.
    """
    attempt = await identify(asked)
    for step in READING:
        await step(attempt)
    return attempt


async def identify(asked: Asked) -> Attempt:
    """Find the client and make sure that its answer may go where it asks.

    Raises:
        ShownToUser: it may not.
    """
    client = await find_client(asked.params)
    identify_caller(replace(asked.actor, client_id=client.id))
    return Attempt(asked, client, trust_redirect_uri(asked.params, client))
