"""The worker's search for contacts that are likely one person."""

from datetime import timedelta

import pytest
from django.db.models import F

from contacts import facts
from pipeline import leads
from pipeline.duplicates import searching
from pipeline.models import Duplicate, DuplicateFeed
from tests.clock import TUESDAY
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alone(monkeypatch, request):
    """The test's own transaction, in which everything here happens, does not keep the worker waiting."""
    if "transactional_db" not in request.fixturenames:
        monkeypatch.setattr(searching, "OLDEST", "SELECT 9000000000000000000")


HANS = {"first_name": "Hans", "last_name": "Müller"}
HOME = {"street": "Lindenstraße 4", "postal_code": "50968", "city": "Köln"}


def search():
    """Let the worker run until it has read everything."""
    while searching.search(now=TUESDAY) or DuplicateFeed.objects.filter(done__lt=F("until")).exists():
        pass


def pairs(anna):
    return sorted(Duplicate.objects.of(anna.account).filter(dismissed_at=None).values_list("first", "second"))


def number(anna):
    anna.account.refresh_from_db()
    return anna.account.duplicates


def two(anna, one, other):
    return [ContactFactory(account=anna.account, **values).pk for values in (one, other)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (HANS | {"email": "hans@st.example"}, HANS | {"email": "HANS@st.example"}),
        (HANS | {"email": "hans@st.example"}, {"first_name": "", "last_name": "", "email": "hans@st.example"}),
        (HANS | {"email": "hans@st.example"}, {"first_name": "H.", "last_name": "Mueller", "email": "hans@st.example"}),
        (HANS | {"email": "h.ans+haus@st.example"}, HANS | {"email": "hans@st.example"}),
        (HANS | {"phone": "0171 2345678"}, HANS | {"phone": "+49 171 2345678"}),
        (HANS | {"phone": "0171 2345678"}, HANS | {"more_phones": [{"kind": "", "text": "01712345678", "words": ""}]}),
        (HANS | HOME, HANS | {"street": "Lindenstr. 4", "postal_code": "50968"}),
        (HANS | HOME, {"first_name": "Müller", "last_name": "Hans"} | HOME),
        ({"first_name": "", "last_name": "", "company": "Bau GmbH"} | HOME,) * 2,
    ],
)
def test_likely_pairs_are_found(anna, board, one, other):
    ids = two(anna, one, other)
    search()
    assert pairs(anna) == [tuple(ids)]
    assert number(anna) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # A couple that shares an address stays two.
        (HANS | {"email": "post@st.example"}, {"first_name": "Eva", "last_name": "Müller", "email": "post@st.example"}),
        (HANS | HOME, {"first_name": "Eva", "last_name": "Müller"} | HOME),
        (HANS | {"phone": "0171 2345678"}, {"last_name": "Müller", "first_name": "", "phone": "0171 2345678"}),
        (
            HANS | {"phone": "0171 2345678", "email": "a@st.example"},
            HANS | {"phone": "0171 2345678", "email": "b@st.example"},
        ),
        (HANS | {"email": "info@st.example"}, HANS | {"email": "info@st.example"}),
        (HANS, HANS),  # of the same name alone there are many
        (HANS | {"street": "Lindenstraße", "postal_code": "50968"},) * 2,
        (HANS | HOME, HANS | HOME | {"postal_code": "10115", "city": "Berlin"}),
    ],
)
def test_others_are_not(anna, board, one, other):
    two(anna, one, other)
    search()
    assert pairs(anna) == []


def test_an_address_of_three_people_identifies_nobody(anna, board):
    for first in ("Hans", "Eva", "Olaf", "Olaf"):
        ContactFactory(account=anna.account, first_name=first, last_name="Kern", email="haus@st.example")
    search()
    assert pairs(anna) == []


def test_three_of_one_person_are_three_pairs(anna, board):
    a, b, c = (ContactFactory(account=anna.account, **HANS, email="hans@st.example").pk for _ in range(3))
    search()
    assert pairs(anna) == [(a, b), (a, c), (b, c)]


def test_offices_are_apart(anna, board, paul):
    ContactFactory(account=anna.account, **HANS, email="hans@st.example")
    ContactFactory(account=paul.account, **HANS, email="hans@st.example")
    search()
    assert not Duplicate.objects.exists()


def test_a_pair_goes_with_the_trash_and_with_a_change_and_comes_back(anna, board):
    a, b = (ContactFactory(account=anna.account, **HANS, email="hans@st.example") for _ in range(2))
    search()
    leads.trash(user=anna, contact_ids=[b.pk], now=TUESDAY)
    search()
    assert (pairs(anna), number(anna)) == ([], 0)
    leads.restore(user=anna, contact_ids=[b.pk], now=TUESDAY)
    search()
    assert pairs(anna) == [(a.pk, b.pk)]
    facts.save(contact=b, values={"email": "neu@st.example"}, version=None, actor=anna, now=TUESDAY)
    search()
    assert pairs(anna) == []
    facts.save(contact=b, values={"email": "hans@st.example"}, version=None, actor=anna, now=TUESDAY)
    search()
    assert pairs(anna) == [(a.pk, b.pk)]


def test_what_was_dismissed_is_never_found_again(anna, board):
    _a, b = (ContactFactory(account=anna.account, **HANS, email="hans@st.example") for _ in range(2))
    search()
    Duplicate.objects.of(anna.account).update(dismissed_at=TUESDAY)
    assert number(anna) == 0
    facts.save(contact=b, values={"city": "Bonn"}, version=None, actor=anna, now=TUESDAY)
    search()
    assert pairs(anna) == []


def test_an_erased_contact_takes_its_pairs_along(anna, board):
    _a, b = (ContactFactory(account=anna.account, **HANS, email="hans@st.example") for _ in range(2))
    search()
    leads.trash(user=anna, contact_ids=[b.pk], now=TUESDAY)
    leads.erase_expired(now=TUESDAY + timedelta(days=31))
    assert (Duplicate.objects.count(), number(anna)) == (0, 0)


def test_one_run_is_bounded_and_the_next_goes_on(anna, board, monkeypatch):
    monkeypatch.setattr(searching, "STEP", 2)
    monkeypatch.setattr(searching, "STEPS", 3)
    for n in range(5):
        for _ in range(2):
            ContactFactory(account=anna.account, first_name=f"Ada{n}", email=f"ada{n}@st.example", last_name="Kern")
    assert searching.search(now=TUESDAY) == 4  # one step finds out how far to read
    search()
    assert len(pairs(anna)) == 5


def test_a_crowd_identifies_nobody_and_nobody_is_in_many_pairs(anna, board):
    for _ in range(searching.MOST + 3):
        ContactFactory(account=anna.account, **HANS, email="hans@st.example")
    search()
    assert 0 < len(pairs(anna)) <= searching.MOST * (searching.MOST + 3)
