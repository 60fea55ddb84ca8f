"""Searching for duplicates in an office of a million: each step reads a few rows, and never a whole table."""

from itertools import pairwise

import pytest
from django.db import connection
from django.http import QueryDict

from contacts.models import Change, Contact
from pipeline.duplicates import following, merging, page, searching
from pipeline.models import Duplicate, DuplicateFeed
from tests.clock import TUESDAY
from tests.pipeline.test_import_plans import million  # noqa: F401  (the fixture)
from tests.plans import indexes, plans, tell_of_a_million

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]
LARGE = {"contacts_contact", "contacts_change", "pipeline_card", "pipeline_duplicate", "contacts_action"}


@pytest.fixture
def office(anna, million):  # noqa: F811
    people = list(Contact.objects.of(anna.account).order_by("pk"))
    Duplicate.objects.bulk_create(
        Duplicate(account=anna.account, first=one, second=other, found_at=TUESDAY) for one, other in pairwise(people)
    )
    Change.objects.bulk_create(
        Change(account=anna.account, contact=one, kind=Change.Kind.EDITED, at=TUESDAY) for one in people
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pipeline_duplicate, contacts_change")
    tell_of_a_million("pipeline_duplicate", "contacts_change")
    return people


def walks(nodes):
    """Name what reads a large table without any condition on it."""
    return [
        (node["Node Type"], node["Relation Name"])
        for node in nodes
        if node.get("Relation Name") in LARGE
        and not any(name in node for name in ("Index Cond", "Recheck Cond"))
        and node["Node Type"] in ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan")
    ]


def test_comparing_a_hundred_contacts_walks_through_nothing(anna, office):
    ids = [one.pk for one in office[: searching.STEP]]
    nodes = plans(lambda: searching.compare(ids, TUESDAY))
    assert walks(nodes) == []
    assert {"contact_by_key", "duplicate_of_second", "duplicate_once"} <= indexes(nodes)


@pytest.mark.parametrize("name", [searching.CONTACTS, searching.CHANGES])
def test_the_next_contacts_are_read_by_their_ids(anna, office, name):
    feed = DuplicateFeed(name=name, done=office[3].pk, until=office[-1].pk + 10_000, horizon=0)
    nodes = plans(lambda: searching._next(feed))
    assert walks(nodes) == []


def test_the_page_and_a_comparison_read_what_they_show(anna, office):
    ids = (office[0].pk, office[1].pk)
    nodes = plans(lambda: page.load(anna, QueryDict("")))
    assert "duplicate_open" in indexes(nodes)
    nodes += plans(lambda: merging.load(anna, ids)) + plans(lambda: following.successor(anna, ids[0]))
    assert walks(nodes) == []
