"""Write the reference to `docs/reference/`: `python -m app.graph.reference [--check]`.

With `--check` nothing is written; the exit code is 1 when a page is not what schema and sources say.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from app.graph.reference.pages import write_pages

FOLDER: Final = Path("docs/reference")


def main(arguments: list[str]) -> int:
    """Write or compare; 0 when all is as it should be."""
    pages = write_pages()
    stale = {file for file in FOLDER.glob("*.md") if file.name not in pages}
    if "--check" in arguments:
        wrong = sorted(stale | {FOLDER / name for name, text in pages.items() if not _has(FOLDER / name, text)})
        for file in wrong:
            sys.stderr.write(f"{file} is not what the code says; run `make schema`\n")
        return 1 if wrong else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (FOLDER / name).write_text(text, "utf-8")
    for file in stale:
        file.unlink()
    return 0


def _has(file: Path, text: str) -> bool:
    return file.exists() and file.read_text("utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
