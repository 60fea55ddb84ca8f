"""Rows for COPY: arrays as text hold what the lists held."""

import pytest
from django.db import connection

from base.copying import text_array


@pytest.mark.parametrize(
    "texts",
    [[], [""], ["NULL"], ["a", "b c"], ['say "so"', "back\\slash", "{brace}", "comma,", "Größe", "a\tb\nc"], [r"\N"]],
)
def test_text_of_an_array_is_read_as_its_texts(db, texts):
    with connection.cursor() as cursor:
        with _table(cursor) as copy:
            copy.write_row((text_array(texts),))
        cursor.execute("SELECT texts FROM kept")
        assert cursor.fetchone() == (texts,)


def _table(cursor):
    cursor.execute("CREATE TEMPORARY TABLE kept (texts text[]) ON COMMIT DROP")
    return cursor.copy("COPY kept FROM STDIN")
