"""Write the schema to `schema.graphql`: `python -m app.graph.print [--check]`.

With `--check` nothing is written; the exit code is 1 when the file is not what the code says.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.graph.schema import schema

FILE = Path("schema.graphql")


def main(arguments: list[str]) -> int:
    text = f"{schema.as_str().rstrip()}\n"
    if "--check" not in arguments:
        FILE.write_text(text)
        return 0
    if FILE.exists() and FILE.read_text() == text:
        return 0
    sys.stderr.write(f"{FILE} is not what the code says; run `make schema`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
