"""Operators who act as users: who may as whom, in which session, and until when.

Tables: `impersonation_request` (what an operator asked for and has not begun yet).
RFC 8693 (`act`). Token exchange (`oidc.trade`) asks here whether an operator may.
It must never: let anybody act as somebody stronger, give a session of a user to a browser that is not the operator's
own, outlive the operator's session or an hour, let an operator act as nobody knows whom.
"""
