"""What a transaction has told: a second connection that listens, as the process of the streams does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from base.notices import CHANNEL


class Listener:
    """Hears the notices of all transactions that were committed since it was last asked."""

    def __init__(self, wire: psycopg.Connection) -> None:
        self.wire = wire
        wire.execute(f"LISTEN {CHANNEL}")

    def heard(self) -> list[dict[str, Any]]:
        """Return them, in the order of their commits.

        PostgreSQL sends them before it answers a statement: none is waited for, and none can come too late.
        """
        found: list[dict[str, Any]] = []
        for notify in self._arrived():
            assert len(notify.payload.encode()) < 7900
            found.append(json.loads(notify.payload))
        return found

    def _arrived(self) -> list[psycopg.Notify]:
        self.wire.execute("SELECT 1")
        arrived = list(self.wire.notifies(timeout=0))
        self.wire.execute("SELECT 1")
        return arrived + list(self.wire.notifies(timeout=0))


@contextmanager
def listening() -> Iterator[Listener]:
    parameters = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password")
    options = {name: parameters[name] for name in names if parameters.get(name)}
    with psycopg.connect(**options, autocommit=True) as wire:
        yield Listener(wire)
