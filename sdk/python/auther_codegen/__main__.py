"""`python -m auther_codegen [--check]`: write the client, or say whether what is committed is what would be written."""

from __future__ import annotations

import subprocess
import sys
from itertools import groupby
from pathlib import Path

from ruff import find_ruff_bin  # type: ignore[import-untyped]

from auther_codegen import parts
from auther_codegen.source import Source, read_source

ROOT = Path(__file__).parents[3]
TARGET = ROOT / "sdk" / "python" / "auther_client" / "generated"


def generate(root: Path) -> dict[str, str]:
    """The modules by file name."""
    source = read_source(root)
    rooms = _rooms(source)
    texts = {
        "__init__.py": '"""The API as Python. Written by `python -m auther_codegen`; changes are lost."""\n',
        "documents.py": parts.documents_module(source),
        "enums.py": parts.enums_module(source),
        "fragments.py": parts.fragments_module(source),
        "inputs.py": parts.inputs_module(source),
        "methods.py": parts.methods_module(source, rooms),
        **{f"{name}.py": room.text for name, room in rooms.items()},
    }
    return {name: _format(text) for name, text in texts.items()}


def _rooms(source: Source) -> dict[str, parts.Room]:
    return {
        name: parts.room_module(source, name, list(operations))
        for name, operations in groupby(source.operations, key=lambda each: each.room)
    }


def _format(text: str) -> str:
    """The text without imports that it does not need, in the form of `ruff format`."""
    for command in (["check", "--quiet", "--fix-only", "--select", "F401,I"], ["format", "--quiet"]):
        done = subprocess.run(  # noqa: S603 - our own text to our own tool
            [find_ruff_bin(), *command, "--stdin-filename", str(TARGET / "module.py"), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        text = done.stdout
    return text


def main(arguments: list[str]) -> int:
    """Write or compare; the exit code is 1 when something is not as it would be written."""
    texts = generate(ROOT)
    present = {path.name: path.read_text("utf-8") for path in TARGET.glob("*.py")}
    if "--check" in arguments:
        stale = sorted(name for name in {*texts, *present} if texts.get(name) != present.get(name))
        if stale:
            sys.stderr.write(f"the client is not what the schema says ({', '.join(stale)}); run `make schema`\n")
        return 1 if stale else 0
    TARGET.mkdir(exist_ok=True)
    for name in present.keys() - texts.keys():
        (TARGET / name).unlink()
    for name, text in texts.items():
        if present.get(name) != text:
            (TARGET / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
