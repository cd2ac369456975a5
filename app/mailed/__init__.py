"""Codes and links that sign in by e-mail: one live wish for each browser, one secret of it in one mailbox.

Tables: mailed_code. RFC 8176 (`otp`), NIST SP 800-63B §5.2.2 (bounded guesses).
A wish is noted whether or not an account is meant, so that guesses at it are counted and answered alike.
It must never: keep a code or a link in the clear, let one serve another browser than the one that asked, let one serve
twice, fill a mailbox, tell whether somebody has an account.
"""
