"""Events: what happened, written in the transaction in which it happened.

`emit` adds a row to the audit trail and, for published events, one to the outbox; then it calls
the reactions that the composition root tied to the event, still in the same transaction.
Tables: `events_audit` (append-only, each row signed, hash-chained shortly after its commit),
`events_outbox`, `events_chain_head`. See docs/adr/0008-audit-chain.md.
It must never store a secret, nor know who listens.
"""
