"""The connection to the database: prepared statements, and a server that went away meanwhile."""

from typing import cast

import psycopg
import pytest
from django.db import connection

from accounts.models import User
from base.postgresql.base import DatabaseWrapper
from base.sql import all_rows, columns_of, listed, loaded

SQUARE = "SELECT %(number)s * %(number)s, %(text)s::text"


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1 * $1%'")
        return int(cursor.fetchone()[0])


def test_a_statement_is_prepared_once_for_numbers_of_any_size(transactional_db: None) -> None:
    connection.close()
    answers = [all_rows(SQUARE, {"number": number, "text": "a % b"}) for number in (3, 3, 3, 70_000, 5_000_000, 3)]
    assert [answer[0][0] for answer in answers] == [9, 9, 9, 4_900_000_000, 25_000_000_000_000, 9]
    assert answers[0] == [(9, "a % b")]
    assert prepared() == 1


def test_nothing_is_prepared_where_it_is_switched_off(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", None)
    assert [all_rows(SQUARE, {"number": 3, "text": "a"}) for _ in range(4)] == [[(9, "a")]] * 4
    assert prepared() == 0
    connection.close()


def test_connection_that_the_server_ended_is_replaced_at_the_next_request(transactional_db: None) -> None:
    all_rows(SQUARE, {"number": 3, "text": "a"})
    wrapper = cast(DatabaseWrapper, connection)
    for _ in range(2):
        wrapper.close_if_unusable_or_obsolete()  # as at the beginning of a request
        all_rows(SQUARE, {"number": 3, "text": "a"})
        ended = wrapper.connection
        with psycopg.connect(ended.info.dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [ended.info.backend_pid])
        wrapper.close_if_unusable_or_obsolete()
        assert all_rows(SQUARE, {"number": 3, "text": "a"}) == [(9, "a")]
        assert wrapper.connection is not ended


@pytest.mark.parametrize("names", [(), ("id", "email", "account_id")], ids=["all columns", "some columns"])
def test_a_row_becomes_the_model_that_django_would_make_of_it(sofia: User, names: tuple[str, ...]) -> None:
    columns = columns_of(User, *names)
    statement = f"SELECT {listed('login', columns)} FROM accounts_user AS login WHERE id = %(user)s"
    (row,) = all_rows(statement, {"user": sofia.pk})
    ours, django = loaded(User, columns, row), User.from_db("default", columns, row)
    assert ours._state.fields_cache == {}
    assert vars(ours) | {"_state": vars(ours._state)} == vars(django) | {"_state": vars(django._state)}
    assert ours.get_deferred_fields() == django.get_deferred_fields()
    assert (ours.account, ours.first_name) == (sofia.account, "Sofia")
    ours.last_name = "Vogt-Thiele"
    ours.save()
    sofia.refresh_from_db()
    assert (sofia.first_name, sofia.last_name) == ("Sofia", "Vogt-Thiele")


def test_a_prepared_statement_keeps_its_plan_whatever_its_values(transactional_db: None) -> None:
    connection.close()
    for number in range(9):
        all_rows(SQUARE, {"number": number, "text": "a"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT custom_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1 * $1%'")
        assert cursor.fetchall() == [(0,)]
