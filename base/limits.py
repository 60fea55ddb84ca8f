"""How long PostgreSQL may keep a process of ours waiting, by the kind of its work.

libpq reads the limits from PGOPTIONS when a connection starts, so they cost no statement. Commands and migrations have
none: whatever they wait for is held by a web process or a worker, and these end.
"""

import os
from collections.abc import Mapping

# A page waits for no lock, a change for little else: twice this long if others wait for the same row. A
# transaction of theirs never waits for anybody but PostgreSQL.
WEB = {"lock_timeout": "1800ms", "statement_timeout": "10s", "idle_in_transaction_session_timeout": "30s"}
# Longer than a web process can hold a lock, and than an import needs to finish a large file.
WORKER = {"lock_timeout": "120s", "statement_timeout": "600s", "idle_in_transaction_session_timeout": "300s"}
GIVEN = os.environ.get("PGOPTIONS", "")


def limit(limits: Mapping[str, str], given: str = GIVEN) -> None:
    """Set the limits for all connections this process is going to open, instead of earlier ones. What is given wins."""
    ours = [f"-c {name}={value}" for name, value in limits.items()]
    os.environ["PGOPTIONS"] = " ".join([*ours, given]).strip()
