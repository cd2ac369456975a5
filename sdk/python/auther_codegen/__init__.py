"""Writes the typed client: `schema.graphql` and the documents in `graphql/` become Python.

Run it with `python -m auther_codegen`; `--check` only compares. It is a tool of this repository and never installed
with the client.
"""
