"""How users prove who they are: passwords, one-time links, and the slow-down of guessing.

Tables: credentials_password, credentials_link, credentials_throttle.
RFC 9106 (argon2id), NIST SP 800-63B §3.1.1 (passwords), RFC 8176 (amr values).
It must never: keep or log a password or a link's token, normalize or cut a password before it is
compared, answer an unknown user faster than a known one, let GET consume a link.
"""
