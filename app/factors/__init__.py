"""Second factors and passkeys: authenticator apps, recovery codes, WebAuthn credentials.

Tables: factors_totp, factors_recovery_code, factors_passkey, factors_challenge (those that were spent).
RFC 6238 (TOTP), WebAuthn Level 3, RFC 8176 (amr values).
It must never: give out a secret again, take a code, a challenge or a recovery code twice, let a user's last
factor go while a second one is required, tell whether an account has passkeys before somebody proved it theirs.
"""
