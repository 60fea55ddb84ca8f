"""Whether every invariant holds after a test, asked in one trip and with statements that are planned once.

The statements are those of `pipeline/invariants.py`. One by one they took a fifth of the time of an average test: each
is planned anew, because what psycopg prepares does not outlive the rollback after a test. A function's plans do.
"""

import re
from typing import Any

from django.db import connection

from accounts.models import Account
from pipeline.invariants import INVARIANTS, broken, views_agree

FUNCTION = "first_broken_invariant"


def install() -> None:
    """Make the function of all statements of all invariants; `views_agree` has none of its own."""
    checks = []
    for number, check in INVARIANTS.items():
        if check is not views_agree:
            checks += [f"IF EXISTS ({sql}) THEN RETURN {number}; END IF;" for sql in _statements_of(check)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {FUNCTION}(bigint) RETURNS int LANGUAGE plpgsql AS"
            f" $function$ BEGIN {' '.join(checks)} RETURN NULL; END $function$"
        )


def _statements_of(check: Any) -> list[str]:
    """The statements that a check runs, whatever they find, with the account as the first argument."""
    found: list[str] = []

    def record(execute: Any, sql: str, params: dict[str, Any], many: bool, context: Any) -> Any:
        with connection.cursor() as cursor:
            values = {name: cursor.cursor.mogrify("%s", [value]) for name, value in params.items()}
        found.append(re.sub(r"%\((\w+)\)s|%%", lambda mark: _written(mark, values), sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        list(check(0))
    assert found
    return found


def _written(mark: re.Match[str], values: dict[str, str]) -> str:
    return "%" if mark[1] is None else "$1" if mark[1] == "account" else values[mark[1]]


def first_broken(account: Account) -> int | None:
    """Return the number of an invariant that does not hold in the database, the views aside."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {FUNCTION}(%s)", [account.pk])
        return cursor.fetchone()[0]


def check(account: Account) -> None:
    """Fail with a sentence for each violation of an invariant in this office."""
    assert list(views_agree(account.pk)) == []
    if (number := first_broken(account)) is not None:
        raise AssertionError(broken(account) or f"invariant {number} is broken")
