"""Accounts that come from another system, with their ids and password hashes: a file of them at a time.

No tables of its own: accounts go to `users`, hashes to `credentials`.
It must never change an account that is there, send mail, or write a line that it cannot vouch for.
"""
