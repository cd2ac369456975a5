"""Everybody's own account: pages without JavaScript, and the same in the API.

No tables of its own: profile and address are of `users`, the link that moves an address of `credentials`.
It must never: let anybody but who is signed in here themselves change anything, set an address that was not
confirmed at its mailbox, tell whether an address or username that is not one's own has an account (but that a
username is taken).
"""
