"""What makes a proof good: signed by the key it brings, for this very request, now, with our nonce, and never used.

Source: RFC 9449 §4.2, §4.3 and §11.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from starlette.requests import HTTPConnection

from app.kit import clock
from app.kit.crypto import b64url
from app.kit.runtime import settings
from app.oidc.dpop.addresses import normalise_address
from app.oidc.dpop.nonces import is_fresh
from app.oidc.errors import ErrorCode, ProofRefused
from app.oidc.queries import proofs as queries
from app.signing.carried import read_carried
from app.signing.errors import TokenInvalid
from app.signing.types import Claims

TYP: Final = "dpop+jwt"
HEADER: Final = "dpop"
# How old a proof may be, and how far the clock of its maker may be ahead of ours.
MAX_AGE: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=30)
_MAX_JTI = 255


@dataclass(frozen=True, slots=True)
class SentProofs:
    """Every DPoP header of a request, and which request it was. A WebSocket begins as a GET."""

    proofs: tuple[str, ...] = field(default=(), repr=False)
    method: str = ""
    path: str = ""

    @classmethod
    def of(cls, connection: HTTPConnection) -> SentProofs:
        """Those of a request, or of the request that a WebSocket began with."""
        scope = connection.scope
        return cls(tuple(connection.headers.getlist(HEADER)), scope.get("method", "GET"), scope["path"])


NO_PROOFS: Final = SentProofs()


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that is good and not spent yet.

    Attributes:
        jkt: thumbprint of the key that it proves.
        id: what it is remembered by once it is spent.
    """

    jkt: str
    id: str
    expires_at: datetime


def verify_proof(sent: SentProofs, *, token: str | None = None) -> Proof:
    """The one proof of a request. It is not spent by this: `spend_proof`.

    Args:
        token: the access token that it comes with.

    Raises:
        ProofRefused: `invalid_dpop_proof`; `use_dpop_nonce` for one that lacks nothing but a nonce of ours.
    """
    if len(sent.proofs) != 1:
        raise ProofRefused(ErrorCode.INVALID_DPOP_PROOF, "Send exactly one DPoP proof.")
    try:
        carried = read_carried(sent.proofs[0], typ=TYP)
    except TokenInvalid as error:
        raise ProofRefused(
            ErrorCode.INVALID_DPOP_PROOF, "The DPoP proof is malformed, or not signed by its key.", error.detail
        ) from None
    claims = carried.claims
    _check_request(claims, sent)
    issued_at = _read_issued_at(claims)
    if token is not None and claims.get("ath") != hash_of(token):
        raise ProofRefused(ErrorCode.INVALID_DPOP_PROOF, "ath is not the hash of the access token.")
    _check_nonce(claims)
    # Kept so long that a clock which steps back a little does not bring it to life again.
    return Proof(carried.jkt, _name(carried.jkt, claims), issued_at + 2 * MAX_AGE)


async def spend_proof(proof: Proof) -> None:
    """Use a proof up, in a statement of its own: not inside a unit of work, which might take that back.

    Raises:
        ProofRefused: `invalid_dpop_proof`, it was used before; of any number at once, in any processes, one wins.
        Unavailable: the database cannot be written now.
    """
    if not await queries.spend(proof.id, proof.expires_at):
        raise ProofRefused(ErrorCode.INVALID_DPOP_PROOF, "The DPoP proof was used before.")


def hash_of(token: str) -> str:
    """`ath`: the hash of an access token (§4.2)."""
    return b64url(sha256(token.encode()).digest())


def _check_request(claims: Claims, sent: SentProofs) -> None:
    if claims.get("htm") != sent.method:
        raise ProofRefused(ErrorCode.INVALID_DPOP_PROOF, "htm is not the method of this request.")
    address = claims.get("htu")
    ours = normalise_address(f"{settings().issuer}{sent.path}")
    if not isinstance(address, str) or normalise_address(address) != ours:
        raise ProofRefused(ErrorCode.INVALID_DPOP_PROOF, "htu is not the address of this request.")


def _read_issued_at(claims: Claims) -> datetime:
    issued_at, now = claims.get("iat"), clock.now().timestamp()
    if not isinstance(issued_at, int | float) or isinstance(issued_at, bool):
        raise ProofRefused(ErrorCode.INVALID_DPOP_PROOF, "iat is no NumericDate.")
    if not now - MAX_AGE.total_seconds() < issued_at <= now + LEEWAY.total_seconds():
        raise ProofRefused(ErrorCode.INVALID_DPOP_PROOF, "The DPoP proof is too old, or of the future.")
    return datetime.fromtimestamp(issued_at, UTC)


def _check_nonce(claims: Claims) -> None:
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not is_fresh(nonce):
        raise ProofRefused(ErrorCode.USE_DPOP_NONCE, "Make the DPoP proof with the nonce in the header DPoP-Nonce.")


def _name(jkt: str, claims: Claims) -> str:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MAX_JTI:
        raise ProofRefused(ErrorCode.INVALID_DPOP_PROOF, f"jti is a text of 1 to {_MAX_JTI} characters.")
    return b64url(sha256(f"{jkt}\0{jti}".encode(errors="surrogatepass")).digest())
