"""Lifecycle: the end of an account with a time to think it over, the export of what is known of a person, and
making one account of two.

It has no tables: `users` keeps what is scheduled and the tombstones. What other rooms know of a person, and what of
it moves when accounts are merged, they tell through `service.parts`, tied in `app.wiring`.
It must never decide who may sign in (that is `users` and `login`).
"""
