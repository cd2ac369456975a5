"""Registration contexts: who comes, and what they get: grants for who signs up or first uses an application.

Tables: contexts_context, contexts_grant, contexts_application.
It must never: apply a context twice to a user, give for an address that nobody proved, let a client's context give
what is not that client's, or fail a sign-up for a grant that no model allows any more.
"""
