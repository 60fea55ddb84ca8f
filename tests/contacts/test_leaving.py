"""Closing a colleague's access asks first, and says what is in those hands."""

from datetime import timedelta

from django.utils import timezone

from contacts.kinds import Kind
from pipeline import leads
from tests.factories import ActionFactory, ContactFactory
from tests.markup import page_of

FETCH = {"HX-Request": "true"}


def planned(contact, author, kind=Kind.MEETING):
    when = {"performed_at": None, "planned_for": timezone.now() + timedelta(days=2)}
    return ActionFactory(contact=contact, author=author, kind=kind, **when)


def test_it_counts_contacts_appointments_and_due_dates(anna, jan, sofia, board, login):
    new, day = board["Neue Kontakte"], timezone.localdate()
    own = [ContactFactory(column=new, assignee=jan, due_on=day if n else None) for n in range(3)]
    gone = ContactFactory(column=new, assignee=jan, due_on=day)
    leads.trash(user=anna, contact_ids=[gone.pk], now=timezone.now())
    other = ContactFactory(column=new, assignee=sofia, due_on=day)
    planned(own[0], sofia)
    planned(other, jan, Kind.ONSITE)
    planned(other, sofia)
    ActionFactory(contact=own[1], author=jan, kind=Kind.MEETING)  # was held
    client = login(anna)
    page = page_of(client.get(f"/settings/members/{jan.pk}/"))
    assert f'href="/settings/members/{jan.pk}/leaving/"' in page
    assert "deactivation" not in page
    question = page_of(client.get(f"/settings/members/{jan.pk}/leaving/", headers=FETCH))
    for mark in ('data-contacts="3"', 'data-appointments="2"', 'data-dues="2"'):
        assert mark in question
    assert "<html" not in question
    assert f'action="/settings/members/{jan.pk}/deactivation/"' in question
    jan.refresh_from_db()
    assert jan.is_active


def test_without_contacts_the_question_says_so_also_as_a_page(anna, jan, login):
    html = page_of(login(anna).get(f"/settings/members/{jan.pk}/leaving/"))
    assert "weder Kontakte noch Termine" in html
    assert "<html" in html


def test_only_administrators_of_the_same_office_are_asked(anna, mehmet, paul, jan, login):
    address = f"/settings/members/{jan.pk}/leaving/"
    assert login(mehmet).get(address).status_code == 403
    assert login(paul).get(address).status_code == 404
