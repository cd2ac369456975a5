"""Token exchange (RFC 8693): a client trades a token for one that is narrower, for another audience, or for somebody.

Delegation: the new token names in `act` who acts for the subject. Impersonation: an operator with `users.impersonate`
gets a token of a user, which names the operator in `act` and `impersonator`. Nothing is possible that nobody opted in
to: `allowed_audiences` of the client that the subject's token was given to, `token_exchange_clients` of the target.
It must never give more scope or a longer life than the subject's token has, or outlive what that token hangs from.
"""
