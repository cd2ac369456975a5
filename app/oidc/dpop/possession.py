"""Whether who shows an access token holds the key that it is bound to.

Source: RFC 9449 §7.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.oidc.dpop.proofs import SentProofs, spend_proof, verify_proof
from app.oidc.errors import BoundTokenBare, ErrorCode, PossessionError, ProofRefused
from app.oidc.shown import ShownToken
from app.signing.types import Claims


def bound_key(claims: Claims) -> str | None:
    """The thumbprint of the key that a token is bound to; None for a bearer token (RFC 9449 §6.1)."""
    confirmation = claims.get("cnf")
    jkt = confirmation.get("jkt") if isinstance(confirmation, Mapping) else None
    return jkt if isinstance(jkt, str) else None


def check_scheme(claims: Claims, shown: ShownToken) -> None:
    """Refuse a bound token that comes as a bearer token, and a bearer token that comes as a bound one.

    Raises:
        BoundTokenBare, PossessionError: `invalid_token`.
    """
    is_bound = bound_key(claims) is not None
    if is_bound and not shown.is_dpop:
        raise BoundTokenBare
    if shown.is_dpop and not is_bound:
        raise PossessionError(ErrorCode.INVALID_TOKEN, "This access token is bound to no key. Show it as a bearer.")


async def check_possession(claims: Claims, shown: ShownToken, sent: SentProofs) -> None:
    """Let pass a bearer token shown as one, and a bound token with a proof of its key; the proof is spent.

    Not inside a unit of work.

    Args:
        claims: of a token that is live.

    Raises:
        BoundTokenBare: `invalid_token`.
        PossessionError: `invalid_token`, `invalid_dpop_proof`, `use_dpop_nonce`.
        Unavailable: the database cannot be written now.
    """
    check_scheme(claims, shown)
    if not shown.is_dpop:
        return
    try:
        proof = verify_proof(sent, token=shown.token)
        if proof.jkt != bound_key(claims):
            raise PossessionError(ErrorCode.INVALID_TOKEN, "This access token is bound to another key.")
        await spend_proof(proof)
    except ProofRefused as error:
        raise PossessionError(error.error, error.message) from error
