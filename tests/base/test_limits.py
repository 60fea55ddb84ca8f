"""How long PostgreSQL may keep our processes waiting."""

import pytest
from django.core.management import call_command
from django.db import connection

from base.limits import WEB, WORKER, limit


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "")  # restored after the test, whatever it sets


def of_new_connections() -> dict[str, str]:
    fresh = connection.copy()
    try:
        with fresh.cursor() as cursor:
            cursor.execute("SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)", [list(WEB)])
            return dict(cursor.fetchall())
    finally:
        fresh.close()


@pytest.mark.django_db
def test_pages_and_changes_wait_seconds_unless_the_operator_sets_other_limits():
    limit(WORKER)
    limit(WEB, given="-c lock_timeout=7s")
    assert of_new_connections() == WEB | {"lock_timeout": "7s"}


@pytest.mark.django_db(transaction=True)
def test_the_worker_waits_minutes_and_other_commands_as_long_as_it_takes():
    call_command("check_invariants")
    assert of_new_connections() == dict.fromkeys(WEB, "0")
    call_command("procrastinate", "worker", "--one-shot")
    assert of_new_connections() == {
        "lock_timeout": "2min",
        "statement_timeout": "10min",
        "idle_in_transaction_session_timeout": "5min",
    }
    assert WORKER.keys() == WEB.keys()
