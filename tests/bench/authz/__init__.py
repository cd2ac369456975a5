"""The permission engine measured beside its peers: `python -m tests.bench.authz`.

`shapes` makes models, tuples and questions with known answers; `engine`, `store` and `server` measure ours in process,
over the database and over HTTP, `live` the live check over REST; `spicedb` and `openfga` drive the peers, which `peers`
installs outside the project; `differential` compares answers in small random worlds; `report` writes JSON and Markdown.
"""
