"""The page of a contact reads no large table from end to end, however much happened in the office."""

import pytest
from django.db import connection

from pipeline import detail
from tests.factories import ActionFactory
from tests.funnel.mailing import lead, move, ready, steps
from tests.plans import plans, tell_of_a_million

TABLES = {
    *("contacts_contact", "contacts_action", "contacts_consent", "pipeline_card", "pipeline_move"),
    *("funnel_message", "funnel_enrolment"),
}


def test_the_page_of_a_contact_reads_rows_by_indexes(krueger, anna, sofia, board):
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3)
    person = lead(board["Nicht erreicht"])
    move(sofia, person, board["Erfolgreich kontaktiert"])
    ActionFactory(contact=person, author=sofia)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(TABLES))
        if connection.pg_version < 180000:
            pytest.skip("statistics can be restored from PostgreSQL 18 on")
    tell_of_a_million(*TABLES)
    nodes = plans(lambda: detail.load(anna, detail.find(anna, person.pk)))
    read = [(node["Relation Name"], node["Node Type"]) for node in nodes if node.get("Relation Name") in TABLES]
    assert [table for table, kind in read if kind == "Seq Scan"] == []
    assert {table for table, _kind in read} == TABLES
