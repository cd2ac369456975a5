"""The hosted pages: sign in, sign up, confirm an address, reset and change a password, sign out.

No tables of its own. OIDC Core §3.1.2.3 (authentication), RFC 9700 §4.12 (303 after POST).
Whoever signs up has no account before the link in the mail was followed, so nobody can hold an
address that is not theirs; the flow that led to sign-up goes on after that.
It must never: tell a known address from an unknown one, keep a session's id at sign-in, act on GET.
"""
