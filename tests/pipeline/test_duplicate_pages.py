"""The pages of duplicates and merges."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts import facts
from pipeline.duplicates import merging
from pipeline.models import Duplicate, Merge
from tests.clock import TUESDAY
from tests.factories import ContactFactory, put_in_trash

pytestmark = pytest.mark.django_db

HANS = {"first_name": "Hans", "last_name": "Müller", "email": "hans@st.example"}
PAGE = "/contacts/duplicates/"


def pair(anna, **facts):
    one, other = (ContactFactory(account=anna.account, **(HANS | facts)) for _ in range(2))
    Duplicate.objects.create(account=anna.account, first=one, second=other, found_at=TUESDAY)
    return one, other


def compared(one, other):
    return reverse("pipeline:comparison", args=[one.pk, other.pk])


def shown(answer):
    return answer.content.decode().count("data-pair")


def test_a_pair_is_shown_with_its_reason_and_the_menu_counts_it(anna, board, login):
    pair(anna)
    page = login(anna).get(PAGE)
    assert shown(page) == 1
    assert "gleiche E-Mail-Adresse, gleicher Name" in page.content.decode()
    assert "Duplikate (1)" in login(anna).get("/contacts/").content.decode()


def test_what_is_no_pair_any_more_is_not_shown_before_the_worker_comes(anna, board, login):
    one, _other = pair(anna)
    trashed, _left = pair(anna, email="eva@st.example")
    facts.save(contact=one, values={"email": "neu@st.example"}, version=None, actor=anna, now=TUESDAY)
    put_in_trash(trashed)
    assert shown(login(anna).get(PAGE)) == 0


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_asks_as_much_for_one_pair_as_for_thirty(anna, board, login, count):
    for n in range(count):
        pair(anna, email=f"p{n}@st.example")
    client = login(anna)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(PAGE)
    assert shown(page) == min(count, 25)
    assert ('rel="next"' in page.content.decode()) == (count > 25)
    assert len(asked) == 2  # the session with user and office, and the pairs


def test_no_duplicate_is_remembered(anna, board, login):
    one, other = pair(anna)
    client = login(anna)
    for _ in range(2):
        assert client.post(reverse("pipeline:dismissal", args=[other.pk, one.pk])).status_code == 302
    assert Duplicate.objects.get().dismissed_by == anna
    assert shown(client.get(PAGE)) == 0
    anna.account.refresh_from_db()
    assert anna.account.duplicates == 0


def test_differences_come_first_and_the_fuller_value_is_chosen(anna, board, login):
    one, other = pair(anna, city="Köln")
    facts.save(contact=other, values={"company": "Bau GmbH"}, version=None, actor=anna, now=TUESDAY)
    page = login(anna).get(compared(one, other)).content.decode()
    assert page.count("data-choice") == 1
    assert f'name="company" value="{other.pk}" checked' in page
    assert page.index("Bau GmbH") < page.index("Köln")


def posted(client, one, other, seen, **chosen):
    form = {"key": str(uuid4()), "seen": seen} | {name: contact.pk for name, contact in chosen.items()}
    return client.post(compared(one, other), form)


def test_merging_leads_to_the_contact_and_offers_to_undo_it(anna, board, login):
    one, other = pair(anna)
    client = login(anna)
    answer = posted(client, one, other, merging.load(anna, (one.pk, other.pk)).mark)
    merge = Merge.objects.get()
    assert answer.url == reverse("pipeline:contact", args=[one.pk])
    undo = reverse("pipeline:merge-reversal", args=[merge.pk])
    assert undo in client.get(answer.url).content.decode()
    assert "data-merge" in client.get(reverse("pipeline:merges")).content.decode()
    assert client.post(undo).status_code == 302
    merge.refresh_from_db()
    assert merge.undone_at


def test_a_change_meanwhile_is_told_with_the_truth_and_what_was_chosen(anna, board, login):
    one, other = pair(anna)
    facts.save(contact=other, values={"company": "Bau GmbH"}, version=None, actor=anna, now=TUESDAY)
    seen = merging.load(anna, (one.pk, other.pk)).mark
    facts.save(contact=other, values={"city": "Ulm"}, version=None, actor=anna, now=TUESDAY)
    answer = posted(login(anna), one, other, seen, company=one)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ulm" in page
    assert f'name="company" value="{one.pk}" checked' in page
    assert not Merge.objects.exists()


@pytest.mark.parametrize("form", [{}, {"key": "x", "seen": "y"}, {"key": str(uuid4()), "seen": "y", "email": "7"}])
def test_a_form_that_means_nothing_is_refused(anna, board, login, unwritten, form):
    one, other = pair(anna)
    client = login(anna)
    client.get("/contacts/duplicates/")
    with unwritten():
        assert client.post(compared(one, other), form).status_code == 422


def test_nobody_is_compared_with_themselves_or_with_strangers(anna, board, login, paul):
    one, _other = pair(anna)
    foreign = ContactFactory(account=paul.account)
    for contact in (one, foreign):
        assert login(anna).get(compared(one, contact)).status_code == 404


def test_agents_see_no_way_there(anna, sofia, board, login):
    one, other = pair(anna)
    client = login(sofia)
    assert client.get(PAGE).status_code == 403
    assert "Duplikate" not in client.get("/contacts/").content.decode()
    page = client.get(reverse("pipeline:contact", args=[one.pk])).content.decode()
    assert "Vielleicht doppelt" in page
    assert compared(one, other) not in page
    assert compared(one, other) in login(anna).get(reverse("pipeline:contact", args=[one.pk])).content.decode()
