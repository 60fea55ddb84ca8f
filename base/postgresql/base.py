"""The connection: statements of `base/sql.py` are prepared, and a connection in use is not asked whether it lives."""

import select
import time
from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper
from psycopg import ClientCursor, Connection, Cursor
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.numeric import Int8Dumper

IDLE_SECONDS = 30  # after this long a connection is asked before it is used again


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """Return the statement with its values, also of a prepared one."""
        if isinstance(cursor, ClientCursor):
            return super().last_executed_query(cursor, sql, params)
        return self.compose_sql(sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, whose own cursors bind values on the client, so that nothing of the ORM is prepared."""

    ops_class = DatabaseOperations
    _last_checked = 0.0
    _prepared_cursor: Cursor | None = None

    def init_connection_state(self) -> None:
        """Have prepared statements planned once, whatever their values.

        PostgreSQL would plan again and again those whose first values were cheaper than it expects of any others.
        """
        super().init_connection_state()
        if self._prepares and self.connection is not None:
            self.connection.execute("SET plan_cache_mode = force_generic_plan")

    @property
    def _prepares(self) -> bool:
        return self.settings_dict["OPTIONS"].get("prepare_threshold") is not None

    def prepared(self) -> CursorWrapper:
        """Return a cursor whose statements the server parses and plans once for each connection.

        It is the same one each time: fetch all rows before the next statement. With `PREPARED_STATEMENTS=0` it is an
        ordinary cursor.
        """
        if not self._prepares:
            return self.cursor()
        self.close_if_health_check_failed()
        self.ensure_connection()
        cursor = self._prepared_cursor
        if cursor is None or cursor.connection is not self.connection:
            cursor = self._prepared_cursor = Cursor(self.connection)
            cursor.adapters.register_dumper(int, Int8Dumper)  # one statement for small and large numbers
            cursor.adapters.register_loader("timestamptz", TimestamptzLoader)  # in C; Django's is in Python
        return self._prepare_cursor(cursor)  # type: ignore[attr-defined]

    def is_usable(self) -> bool:
        """Ask the server only if the connection was idle for long, or if it has unread input, such as a disconnect.

        A server that stopped, or was stopped, has closed its end. Asking costs a trip for each request.
        """
        now, last = time.monotonic(), self._last_checked
        self._last_checked = now
        if self.connection is not None and now - last < IDLE_SECONDS and not _has_news(self.connection):
            return True
        return super().is_usable()


def _has_news(connection: Connection[Any]) -> bool:
    """Return whether there is something to read on the socket of an idle connection."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
