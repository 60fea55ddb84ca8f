"""PostgreSQL takes every query and every lexeme as they are built, and finds with them what they promise."""

import pytest
from django.db import connection

from contacts.search import lexemes, query, sort_key
from pipeline.cards.ranks import many_between, spread

pytestmark = pytest.mark.django_db

MUELLER = {
    "last_name": "Müller",
    "first_name": "Zoë",
    "email": "o'neil@müller.example",
    "phone": "+491701234567",
    "tags": ["50% \\ '"],
}


def finds(typed, **contact):
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_to_tsvector(%s::text[]) @@ %s::tsquery", [lexemes(**contact), query(typed)])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    "typed",
    ["müll", "mueller", "muller", "zoe mül", "o'neil@müll", "0170 1234", "+49 (0)170", "50%", "'müller'"],
)
def test_found(typed):
    assert finds(typed, **MUELLER) is True


@pytest.mark.parametrize(
    "typed",
    [
        "%",
        "_",
        "\\",
        "'",
        "' OR 1=1",
        "a & !b | (c)",
        "mü <-> ller",
        "x:*",
        "m_ller",
        "\\'",
        "'':*",
        "!müller!x",
        "@",
    ],
)
def test_not_found_and_no_error(typed):
    assert finds(typed, **MUELLER) is False


def test_long_texts_are_no_error():
    long = "ä" * 10_000
    assert finds(long, last_name=long, email=f"{long}@{long}", tags=[long]) is True


def test_ranks_and_sort_keys_are_ordered_in_postgresql_as_in_python():
    keys = [*spread(100), *many_between("a0", "a1", 100), *many_between(None, "Zz", 100)]
    keys += map(sort_key, ["Maier", "Maier-Abt", "Äpfel", "Zander", "Özil", "Иванов"])
    with connection.cursor() as cursor:
        cursor.execute('SELECT key FROM unnest(%s::text[]) AS key ORDER BY key COLLATE "C"', [keys])
        assert [key for (key,) in cursor.fetchall()] == sorted(keys, key=str.encode)
