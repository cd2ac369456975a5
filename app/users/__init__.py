"""Users: the accounts and their life cycle.

Tables: `users_user`, `users_tombstone` (ids that were deleted and never come back).
It must never hold a credential (that is `credentials`) nor decide who may call (that is the guard).
"""
