"""Plans of operations: made once for a document, run instead of graphql-core's interpreter.

`Plans` hold what an operation selects; `Selection` and `Field` run it; `variables`, `arguments` and `inputs` prepare
what callers send. A plan writes down fields that only read an attribute in a tight loop and calls resolvers without
what they do not ask for. Everything that a plan does not know, and every value that is not as it should be, is given
to graphql-core before anything of it has run, so results and errors are its own and no resolver runs twice.
It must never know a room, or answer otherwise than graphql-core does.
"""
