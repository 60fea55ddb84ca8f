"""Rows for COPY: arrays as text hold what the lists held, and foreign keys of many rows are checked by an index."""

import pytest
from django.db import connection

from base.copying import analyze, fresh_ids, text_array
from contacts.derived import copy_contacts
from contacts.models import Contact
from tests.factories import AccountFactory


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


CHECK = "SELECT 1 FROM ONLY contacts_contact x WHERE id = $1 AND account_id = $2 FOR KEY SHARE OF x"


def test_analyzed_contacts_are_found_by_their_id_and_not_among_all_of_their_account(db):
    account = AccountFactory()
    copy_contacts(Contact(pk=pk, account=account, last_name="Brandes") for pk in fresh_ids(Contact, 300))
    analyze(Contact)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (GENERIC_PLAN) {CHECK}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: ((id = $1)" in plan or "Index Cond: (id = $1)" in plan


def _table(cursor):
    cursor.execute("CREATE TEMPORARY TABLE kept (texts text[]) ON COMMIT DROP")
    return cursor.copy("COPY kept FROM STDIN")
