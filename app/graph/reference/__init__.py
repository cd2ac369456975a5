"""The reference of the API in `docs/reference/`, written from the schema, the documents and the code.

`python -m app.graph.reference` writes it; with `--check` it only tells whether it is as it should be. A development
tool: it reads the sources, and nothing that serves requests imports it.
"""
