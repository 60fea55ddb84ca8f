"""Incoming inquiries: the same person is one contact, and others are never overwritten."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from contacts import duplicates
from contacts.models import Change, Contact
from funnel.models import Enrolment
from pipeline import leads
from pipeline.cards import moves
from pipeline.inquiries import Outcome, take_in
from pipeline.models import Card, Move
from tests.factories import ContactFactory, put_in_trash

OLGA = {"first_name": "Olga", "last_name": "Wagner", "email": "olga@st.example", "phone": "0171 5574099"}


@pytest.fixture
def olga(anna, board):
    return ContactFactory(account=anna.account, **OLGA | {"city": "Bonn"})


def taken(user, text="", **values):
    return take_in(account=user.account, values=values, text=text, now=timezone.now())


def order(column):
    return list(Card.objects.filter(column=column).order_by("rank").values_list("pk", flat=True))


def test_an_unknown_person_is_a_new_contact_with_its_inquiry(anna, board):
    found = taken(anna, "Was ist mein Haus wert?", **OLGA)
    contact = Contact.objects.get()
    assert found == (contact, Outcome.NEW)
    assert (contact.card.column, contact.action_counts) == (board["Neue Kontakte"], {"inquiry": 1})
    assert [action.text for action in contact.actions.all()] == ["Was ist mein Haus wert?"]


def test_the_same_person_inquires_again_on_top_of_its_column(anna, olga, board):
    other = ContactFactory(account=anna.account)
    assert order(board["Neue Kontakte"]) == [other.pk, olga.pk]
    found = taken(anna, "Noch da?", last_name="Wagner", email="OLGA@st.example")
    assert (found.contact.pk, found.is_new) == (olga.pk, False)
    assert found.contact.action_counts == {"inquiry": 1}
    assert order(board["Neue Kontakte"]) == [olga.pk, other.pk]
    assert (Card.objects.get(pk=olga.pk).version, Move.objects.count(), Contact.objects.count()) == (1, 0, 2)


@pytest.mark.parametrize(
    ("values", "is_new"),
    [
        ({"first_name": "O.", "last_name": "Wagner", "email": "olga@st.example"}, False),
        ({"first_name": "Olga", "last_name": "Wagner", "phone": "+49 171 557 40 99"}, False),
        ({"first_name": "Otto", "last_name": "Wagner", "email": "olga@st.example"}, True),
        ({"last_name": "Wagner", "phone": "0171 5574099"}, True),
        ({"first_name": "Olga", "last_name": "Wagner"}, True),
        ({"first_name": "Olga", "last_name": "Wagner", "city": "Bonn"}, True),
        (
            {"first_name": "Olga", "last_name": "Wagner", "email": "neu@st.example", "phone": "0171 5574099"},
            True,
        ),
    ],
)
def test_the_rule_decides_whether_the_contact_is_new(anna, olga, values, is_new):
    assert taken(anna, **values).is_new == is_new


def test_a_placeholder_address_identifies_nobody_even_if_everything_else_agrees(anna, board):
    shared = {"last_name": "Wagner", "email": "info@st.example"}
    assert [taken(anna, **shared).is_new, taken(anna, **shared).is_new] == [True, True]


def test_known_values_stay_and_missing_ones_are_added(anna, olga):
    taken(anna, **OLGA | {"phone": "040 55570001", "city": "Köln", "postal_code": "53111", "first_name": "O."})
    after = Contact.objects.get()
    assert (after.first_name, after.city, after.postal_code, after.phone) == (
        *("Olga", "Bonn", "53111"),
        "0171 5574099",
    )
    assert ([one["e164"] for one in after.more_phones], after.version) == (["+494055570001"], 2)
    assert list(Change.objects.values_list("kind", "actor")) == [("edited", None)]


def test_contradicting_names_make_a_contact_of_its_own_and_both_are_flagged(anna, olga):
    otto = taken(anna, first_name="Otto", last_name="Wagner", email="olga@st.example").contact
    assert [one.pk for one in duplicates.find(anna, olga)] == [otto.pk]
    assert [one.pk for one in duplicates.find(anna, otto)] == [olga.pk]


def test_several_candidates_make_a_new_contact_flagged_with_all_of_them(anna, board):
    firsts = [
        ContactFactory(account=anna.account, first_name=name, last_name="Wagner", email="paar@st.example")
        for name in ("Olga", "Otto")
    ]
    found = taken(anna, last_name="Wagner", email="paar@st.example")
    assert found.is_new
    assert [one.pk for one in duplicates.find(anna, found.contact)] == [one.pk for one in firsts]


def test_duplicates_are_searched_in_the_entire_office_but_only_visible_ones_shown(anna, sofia, jan, olga):
    Account.objects.filter(pk=anna.account.pk).update(agents_see=Account.Sight.OWN)
    sofia.account.refresh_from_db()
    Contact.objects.filter(pk=olga.pk).update(assignee=jan)
    assert not take_in(account=sofia.account, actor=sofia, values=OLGA, now=timezone.now()).is_new
    otto = taken(anna, first_name="Otto", last_name="Wagner", email="olga@st.example").contact
    assert duplicates.find(sofia, otto) == []
    assert [one.pk for one in duplicates.find(anna, otto)] == [olga.pk]


def test_another_office_is_not_looked_at(paul, olga):
    assert taken(paul, **OLGA).is_new


@pytest.mark.parametrize("status", ["Kein Auftrag", "Auftrag erhalten", "Termin vereinbart"])
def test_only_a_lost_contact_moves_back_to_new(anna, olga, board, status):
    column = board[status]
    move = {"contact_id": olga.pk, "column_id": column.pk, "after_id": None, "version": 1, "key": "k"}
    moves.move_card(user=anna, via=Move.Via.BOARD, now=timezone.now(), **move)
    before = Enrolment.objects.count()
    taken(anna, **OLGA)
    card = Card.objects.select_related("column").get(pk=olga.pk)
    is_back = status == "Kein Auftrag"
    assert (card.column.name, card.version) == (("Neue Kontakte", 3) if is_back else (status, 2))
    assert Move.objects.filter(via=Move.Via.INQUIRY, actor=None).count() == is_back
    assert Enrolment.objects.count() == before


def test_a_contact_from_the_trash_moves_to_new(anna, olga, board):
    card = Card.objects.get(pk=olga.pk)
    card.column = board["Termin vereinbart"]
    card.save(update_fields=["column"])
    put_in_trash(olga)
    found = taken(anna, **OLGA)
    assert (found.contact.pk, found.is_new, found.contact.trashed_at) == (olga.pk, False, None)
    assert (found.contact.card.column, found.contact.card.version) == (board["Neue Kontakte"], 2)
    assert not Enrolment.objects.exists()
    assert list(Change.objects.values_list("kind", "actor")) == [("restored", None)]


def test_a_live_contact_is_preferred_to_one_in_the_trash(anna, olga):
    put_in_trash(olga)
    living = ContactFactory(account=anna.account, **OLGA)
    assert taken(anna, **OLGA).contact.pk == living.pk


@pytest.mark.django_db(transaction=True)
def test_concurrent_inquiries_of_two_portals_add_one_contact(anna, board):
    def inquire(text):
        try:
            return taken(anna, text, **OLGA).contact.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = {*pool.map(inquire, ["eins", "zwei", "drei", "vier"])}
    (contact,) = Contact.objects.all()
    assert (found, contact.action_counts) == ({contact.pk}, {"inquiry": 4})


def test_a_user_who_adds_a_contact_by_hand_decides(anna, olga):
    leads.add(account=anna.account, actor=anna, values=OLGA, now=timezone.now())
    assert Contact.objects.count() == 2
