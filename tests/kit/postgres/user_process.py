"""A process that uses the embedded database, driven over its standard input.

Usage: user_process.py DATA_DIR [UID]. Prints what it got as one line of JSON, leaves in order when
it reads `stop`, and prints `stopped`.
"""

import encodings.idna
import importlib.metadata
import json
import os
import sys
from pathlib import Path

from app.kit.postgres import EmbeddedPostgresError, start_postgres, stop_postgres

_LOADED_BEFORE_THE_USER_CHANGES = (encodings.idna, importlib.metadata)


def _tell(answer: object) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def main() -> None:
    data_dir, *uid = sys.argv[1:]
    if uid:
        os.setgroups([])
        os.setgid(int(uid[0]))
        os.setuid(int(uid[0]))
    try:
        instance = start_postgres(Path(data_dir), durable=False)
    except EmbeddedPostgresError as error:
        _tell({"code": error.code})
        return
    _tell({"pid": instance.pid, "dsn": instance.dsn, "is_owner": instance.is_owner})
    for line in sys.stdin:
        if line.strip() == "stop":
            stop_postgres(instance)
            _tell("stopped")
            return


main()
