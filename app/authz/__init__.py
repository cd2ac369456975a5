"""The permission engine: tuples, and the answers that follow from them.

Table: `authz_tuple`. It decides for every guard of the platform; nothing else does.
It must never answer "allowed" because something went wrong.
"""
