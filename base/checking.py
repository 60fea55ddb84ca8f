"""Checking invariants in the database: one statement for each way to violate one."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

Broken = Iterator[str]


def of_account(table: str, column: str = "account_id") -> str:
    """Return the condition that restricts a statement to the checked account, if there is one."""
    return f"(%(account)s::bigint IS NULL OR {table}.{column} = %(account)s)"


def broken_rows(sentence: str, statement: str, account_id: int | None, **values: Any) -> Broken:
    """Yield the sentence for each row that the statement finds, formatted with the row's columns by name."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"account": account_id, **values})
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            yield sentence % dict(zip(names, row, strict=True))
