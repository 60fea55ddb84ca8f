"""Lines of a contact's page are stamps: what Django renders of their templates."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import actions, factsheet, timeline
from contacts.assignment import assign
from contacts.kinds import MANUAL, Kind
from pipeline import history
from tests.clock import TUESDAY
from tests.factories import ActionFactory, ContactFactory
from tests.stamping import check

TOKEN = {"csrf_token": "x" * 64}


@pytest.fixture
def contact(board):
    return ContactFactory(
        column=board["Nicht erreicht"],
        last_name="<b>&\"'%s",
        email="a@b.de",
        phone="0221 5550134",
        phone_kind="work",
        street="Lindenallee 14 > hinten",
        city="Köln",
        more_emails=[{"text": "c@d.de", "kind": "work", "words": "<zu Hause>"}],
    )


@pytest.mark.parametrize("kind", [Kind.CALL, Kind.NOTE, Kind.ONSITE])
def test_an_entry_of_the_timeline(contact, anna, sofia, kind):
    ActionFactory(contact=contact, kind=kind, author=sofia, text="Erste\nZweite <div>")
    ActionFactory(contact=contact, kind=kind, author=None)
    actions.plan(contact=contact, kind="onsite", actor=sofia, now=TUESDAY, planned_for=TUESDAY + timedelta(days=1))
    sofia.is_active = False
    sofia.save()
    page = timeline.load(anna, contact)
    assert (len(page.planned), len(page.performed)) == (1, 2)
    for entry in (*page.planned, *page.performed):
        check("contacts/_entry.html", entry.texts(timezone.localtime()) | TOKEN | {"icon": "<svg>"})


def test_a_line_of_the_history(contact, anna, sofia):
    assign(contact=contact, assignee=sofia, actor=anna, now=TUESDAY)
    for line in history.load(contact)[0]:
        check("pipeline/_history_line.html", line.texts(timezone.localtime()))


def test_facts_and_the_buttons_of_the_kinds(contact):
    for section in factsheet.sections(contact):
        for line in section.lines:
            check("contacts/_fact.html", line.texts())
        check("contacts/_factgroup.html", {"id": 7, "lines": "x", "label": "y"}, key=section.group.key)
    check("pipeline/_composer_kinds.html", {"id": 7}, kinds=MANUAL)
