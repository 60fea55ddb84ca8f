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
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_clear_relation_stats('public', 'contacts_contact')")  # as in a new database
        people = (
            {"id": pk, "account_id": account.pk, "last_name": "Brandes", "created_at": "now"}
            for pk in fresh_ids(Contact, 300)
        )
        copy_contacts(people)
        assert _known(cursor) <= 0
        analyze(Contact)
        assert _known(cursor) == Contact.objects.count()
        cursor.execute(f"EXPLAIN (GENERIC_PLAN) {CHECK}")
        assert any("Index Cond" in line and "id = $1" in line for (line,) in cursor.fetchall())


def _known(cursor):
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'contacts_contact'::regclass")
    return cursor.fetchone()[0]


def _table(cursor):
    cursor.execute("CREATE TEMPORARY TABLE kept (texts text[]) ON COMMIT DROP")
    return cursor.copy("COPY kept FROM STDIN")
