"""Statements and rows of a request, which do not depend on the machine."""

import re
from collections.abc import Callable

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.cast import rows_written

CONTROL = re.compile(r"SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT")


def counted(act: Callable[[], object]) -> tuple[int, int]:
    """Return the statements (without transaction control) and rows written of one request, which is rolled back."""
    with transaction.atomic():
        before = rows_written()  # the server may not have reported what this connection wrote earlier
        with CaptureQueriesContext(connection) as queries:
            act()
        written = rows_written() - before
        transaction.set_rollback(True)
    return sum(not CONTROL.match(query["sql"]) for query in queries), written
