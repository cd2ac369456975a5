"""`python -m tests.bench.authz`: the permission engine beside its peers.

The whole run, on a machine that does nothing else:

    python -m tests.bench.authz --peers DIR --sizes 1000 10000 100000 1000000 --out authz.json --docs

Parts can be left out with `--parts`; `--huge` adds ten million tuples to the shapes. Each figure is the median of
ROUNDS rounds (an environment variable, 5). `python -m tests.bench.authz.peers install DIR` installs the peers.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.kit.postgres import start_postgres, stop_postgres
from tests.bench.authz.compare import compare_shapes
from tests.bench.authz.live import measure_live
from tests.bench.authz.peers import default_folder, find_peers
from tests.bench.authz.report import Report
from tests.bench.authz.server import measure_server
from tests.bench.authz.shapes import SHAPES
from tests.bench.authz.store import measure_store

PARTS = ("shapes", "store", "server", "live")
HUGE = 10_000_000


def main() -> int:
    given = _parse()
    report = Report()
    peers = find_peers(given.peers)
    for each in peers.missing:
        print(each, flush=True)
    try:
        if "shapes" in given.parts:
            sizes = [*given.sizes, *([HUGE] if given.huge else [])]
            compare_shapes(report, peers, sizes, given.shapes, given.peer_size)
        if {"store", "server", "live"} & set(given.parts):
            _measure_whole(report, given.tuples, given.parts)
    finally:
        # What was measured before something failed is not lost.
        if given.out:
            report.write(given.out)
        if given.markdown:
            given.markdown.write_text(report.markdown(), "utf-8")
    if given.docs:
        report.write_docs()
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.authz", description=__doc__)
    parser.add_argument("--peers", type=Path, default=default_folder(), help="where the peers are installed")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000], help="tuples")
    parser.add_argument("--peer-size", type=int, default=100_000, help="the most tuples that peers are given")
    parser.add_argument("--shapes", nargs="+", default=list(SHAPES), choices=list(SHAPES), help="which shapes")
    parser.add_argument("--tuples", type=int, default=1_000_000, help="tuples in the database")
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS, help="what is measured")
    parser.add_argument("--huge", action="store_true", help="shapes of ten million tuples, too")
    parser.add_argument("--out", type=Path, help="write JSON")
    parser.add_argument("--markdown", type=Path, help="write the tables")
    parser.add_argument("--docs", action="store_true", help="put the tables into docs/benchmarks.md")
    return parser.parse_args()


def _measure_whole(report: Report, tuples: int, parts: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = start_postgres(folder)
        try:
            if {"store", "server"} & set(parts):
                asyncio.run(measure_store(report, database.dsn, name, tuples))
            if "server" in parts:
                measure_server(report, folder, database.dsn, tuples)
            if "live" in parts:
                measure_live(report, folder, database.dsn, tuples)
        finally:
            stop_postgres(database)


if __name__ == "__main__":
    sys.exit(main())
