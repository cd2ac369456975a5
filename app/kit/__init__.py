"""Kit: what every room stands on, and that knows no room.

Settings, clock, ids, crypto, errors, actor and guard, paging, the database gateway,
rate limits, outbound HTTP, logging, page rendering. Table: `kit_counter` (rate limits).
It must never import a room of `app`.
"""
