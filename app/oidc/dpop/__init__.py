"""DPoP: proofs that whoever shows an access token holds the key that it is bound to (RFC 9449).

Table: `oidc_spent_proof`, the proofs that were used. A proof counts once, for one method and address, within
`proofs.MAX_AGE`, and with a nonce of ours (`nonces`), at the endpoints of the protocol as at those that take tokens.
It must never take the address of a request from the request itself: a proof is for the issuer's origin.
"""
