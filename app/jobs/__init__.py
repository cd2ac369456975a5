"""Jobs: durable background work in PostgreSQL.

Enqueued in the transaction that needs it, claimed in batches under a lease that a killed process
lets expire, retried with growing pauses, kept as a dead letter when nothing helps. Lanes keep an
order, keys merge duplicates, schedules run once across processes, pumps follow a table.
Tables: `jobs_job`, `jobs_schedule`. Delivery is at least once: handlers are idempotent.
It must never know what a job does.
"""
