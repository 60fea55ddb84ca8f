"""Probing whether the database can be written to, in a thread of its own, since GET requests never write."""

import threading
import time

from django.db import DatabaseError, connection, transaction

INTERVAL = 10  # seconds between two attempts of one process
AFTER_FAULT = 1  # the same after a failure, to notice soon when it can write again
PATIENCE = 3  # seconds after which a running attempt counts as failed
# TRUNCATE creates a new file each time: a full disk shows only when new space is needed.
WRITE = "TRUNCATE accounts_write_probe; INSERT INTO accounts_write_probe (at) VALUES (now())"


class Probe:
    """The probe of a process. The first caller after the interval starts an attempt and waits for it briefly."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begun = float("-inf")
        self.result = "not tried yet"
        self.attempt: threading.Thread | None = None

    def fault(self) -> str:
        """Return why nothing can be written, or ""."""
        with self.lock:
            is_under_way = self.attempt is not None and self.attempt.is_alive()
            pause = AFTER_FAULT if self.result else INTERVAL
            if not is_under_way and time.monotonic() - self.begun > pause:
                self.begun, self.result = time.monotonic(), "no answer to a write"
                self.attempt = threading.Thread(target=self._try, daemon=True)
                self.attempt.start()
            attempt = self.attempt
        if attempt:
            attempt.join(PATIENCE)
        return self.result

    def _try(self) -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                cursor.execute(WRITE)
            self.result = ""
        except DatabaseError:
            self.result = "nothing can be written"
        finally:
            connection.close()


PROBE = Probe()
