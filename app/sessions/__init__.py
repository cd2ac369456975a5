"""Sessions: who is signed in, in which browser; and what an application wants of a sign-in.

Tables: `sessions_session`, `sessions_browser` (browsers a user has used), `sessions_flow`
(one request to sign in, bound to one browser).
Only a hash of the cookie's token is stored. It must never give out a session of a banned user.
"""
