"""Looking up the contacts that a file means, in an office of a million: nothing walks through all of them."""

import pytest
from django.db import connection

from contacts import duplicates, finding
from contacts.kinds import Kind
from contacts.models import Action, Consent, Contact
from funnel import lost_links
from pipeline.imports.people import People
from pipeline.imports.rows import Row
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.plans import plans, tell_of_a_million

# Its contacts have actions that they do not count.
pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]
LARGE = ("contacts_contact", "pipeline_card", "contacts_action", "contacts_consent")


@pytest.fixture
def million(anna, board):
    """Two hundred contacts that share nothing, and statistics of a million of them."""
    if connection.pg_version < 180000:
        pytest.skip("statistics can be restored from PostgreSQL 18 on")
    people = [ContactFactory(account=anna.account, **facts(number)) for number in range(200)]
    Action.objects.bulk_create(
        Action(account=anna.account, contact=one, kind=Kind.NOTE, performed_at=TUESDAY) for one in people
    )
    Consent.objects.bulk_create(
        Consent(account=anna.account, contact=one, channel="email", granted=True, method="form", occurred_at=TUESDAY)
        for one in people
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(LARGE))
    tell_of_a_million(*LARGE)


def facts(number, **others):
    who = {"first_name": f"Ada{number}", "last_name": f"Öztürk{number}", "postal_code": f"{10_000 + number}"}
    return who | {"email": f"ada{number}@example.org", "phone": f"0170 {1_000_000 + number}"} | others


def walks(nodes):
    """Name what reads a large table by no condition, or by nothing but the office, in no matter which order."""
    found = []
    for node in nodes:
        condition = node.get("Index Cond", node.get("Recheck Cond", ""))
        by_office_alone = "account_id = " in condition and " AND " not in condition
        if node.get("Relation Name") in LARGE and (by_office_alone or not condition):
            found.append((node["Node Type"], node["Relation Name"], condition))
    return found


def load(anna, rows):
    return plans(lambda: People(anna.account, with_consents=True).load(rows))


@pytest.mark.parametrize("count", [1, 500])
def test_rows_are_looked_up_by_keys(anna, million, count):
    rows = [Row(line=number, name="", facts=facts(number), note="Hund") for number in range(150, 150 + count)]
    nodes = load(anna, rows)
    assert walks(nodes) == []
    assert {"contact_by_key", "action_by_contact", "consent_by_contact"} <= {node.get("Index Name") for node in nodes}


def test_rows_without_an_address_or_a_number_are_looked_up_by_name(anna, million):
    rows = [Row(line=number, name="", facts=facts(number, email="", phone="")) for number in range(150, 650)]
    nodes = load(anna, rows)
    assert walks(nodes) == []
    assert "contact_by_name" in {node.get("Index Name") for node in nodes}


def test_rows_with_nothing_to_be_known_by_are_looked_up_among_such_contacts(anna, million):
    nodes = load(anna, [Row(line=1, name="", facts={"city": "Bonn"})])
    assert walks(nodes) == []


def test_possible_duplicates_are_looked_up_by_keys(anna, million):
    person = Contact.objects.get(last_name="Öztürk7")
    assert walks(plans(lambda: duplicates.find(anna, person))) == []


def test_an_address_is_looked_up_by_keys_in_one_office_and_in_all(anna, million):
    assert walks(plans(lambda: list(finding.having(anna.account_id, "ada7@example.org")))) == []
    assert walks(plans(lambda: lost_links.find_ids("ada7@example.org"))) == []
