"""Merging two contacts, and undoing it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse

from base.refusals import Conflict, Merged, Overtaken
from contacts import actions, consent, facts, finding
from contacts.kinds import Kind
from contacts.models import Action, Change, Consent, Contact, ForeignId
from funnel.models import Enrolment, Message, MessageState, Suppression
from funnel.permission import suppression
from funnel.replies import withdrawal
from funnel.sending import worker
from pipeline import inquiries, leads
from pipeline.duplicates import merging, undoing
from pipeline.invariants import broken
from pipeline.models import Card, Duplicate, Entry, Merge
from tests.factories import ActionFactory, ContactFactory, put_in_trash
from tests.funnel.mailing import MONDAY, grant, lead, move, ready, steps

pytestmark = pytest.mark.django_db

HANS = {"first_name": "Hans", "last_name": "Müller"}
LATER = MONDAY + timedelta(hours=1)


def merged(user, one, other, now=MONDAY, key=None, **chosen):
    """Merge the two as the page proposes, but for what is chosen."""
    ids = (one.pk, other.pk)
    seen = merging.load(user, ids).mark
    asked = {name: contact.pk for name, contact in chosen.items()}
    return merging.merge(user=user, ids=ids, chosen=asked, seen=seen, key=key or uuid4(), now=now)


def parted(user, merge, now=LATER):
    return undoing.undo(user=user, merge_id=merge.pk, now=now)


def people(board, one=None, other=None):
    column = board["Nicht erreicht"]
    return (
        ContactFactory(column=column, **HANS, **({"email": "a@st.example"} | (one or {}))),
        ContactFactory(column=column, **HANS, **({"email": "b@st.example"} | (other or {}))),
    )


def again(contact):
    return Contact.objects.get(pk=contact.pk)


def test_numbers_addresses_tags_and_pairs_are_united_and_the_fuller_value_is_proposed(anna, board):
    one, other = people(
        board,
        {"phone": "0171 2345678", "city": "Köln", "tags": ["Erbe"], "further": [["Etage", "3"]]},
        {"phone": "040 123456", "street": "Lindenweg 1", "city": "Bonn", "tags": ["VIP"], "further": [["Bad", "ja"]]},
    )
    merged(anna, one, other)
    known = again(one)
    assert (known.email, [point["text"] for point in known.more_emails]) == ("a@st.example", ["b@st.example"])
    assert (known.phone, [point["text"] for point in known.more_phones]) == ("0171 2345678", ["040 123456"])
    assert (known.street, known.city) == ("Lindenweg 1", "Bonn")  # an address is taken as a whole
    assert known.tags == ["Erbe", "VIP"]
    assert known.further == [["Etage", "3"], ["Bad", "ja"]]
    assert broken(anna.account) == []


def test_each_fact_is_chosen_and_the_contact_whose_status_is_chosen_stays(anna, board, sofia, jan):
    one, other = people(board, {"assignee": sofia, "due_on": "2026-12-01"}, {"assignee": jan})
    move(anna, other, board["Termin vereinbart"])
    done = merged(anna, one, other, email=other, assignee=sofia and one, status=one)
    known = again(one)
    assert (done.into_id, known.email, known.assignee) == (one.pk, "b@st.example", sofia)
    assert Card.objects.get(contact=one).column == board["Nicht erreicht"]
    assert not Card.objects.filter(contact=other).exists()
    assert broken(anna.account) == []


def test_everything_that_hangs_on_it_goes_over(anna, board):
    one, other = people(board, other={"foreign_ids": [["IS24", "77"]]})
    ActionFactory(contact=one)
    ActionFactory(contact=other, kind=Kind.CALL)
    grant(other)
    move(anna, other, board["Termin vereinbart"])
    move(anna, other, board["Nicht erreicht"])
    Entry.objects.create(account=anna.account, key=uuid4(), contact=other)
    merged(anna, one, other, status=one)
    known = again(one)
    assert known.action_counts == {"note": 1, "call": 1}
    assert Consent.objects.get(contact=one).granted
    assert ForeignId.objects.get(contact=one).value == "77"
    assert Entry.objects.get().contact_id == one.pk
    history = list(
        Change.objects.filter(contact=one, kind="status").order_by("at", "pk").values_list("before", "after")
    )
    assert history == [("Nicht erreicht", "Termin vereinbart"), ("Termin vereinbart", "Nicht erreicht")]
    again_asked = inquiries.take_in(
        account=anna.account, values={"last_name": "Müller"}, foreign=("IS24", "77"), now=LATER
    )
    assert again_asked.contact.pk == one.pk
    assert broken(anna.account) == []


def test_every_table_that_refers_to_contacts_has_been_thought_of():
    going_over = {model._meta.label for model in merging.tables()}
    assert all(apps.get_model(label) for label in merging.STAY)
    for model in merging.tables():
        fields = [field.name for field in model._meta.concrete_fields if field.related_model is Contact]
        assert fields == ["contact"], model
    assert {"contacts.Action", "contacts.Consent", "funnel.OptIn", "intake.Arrival", "pipeline.Entry"} <= going_over


def test_who_waits_for_an_answer_waits_on(anna, board):
    one, other = people(board)
    Card.objects.filter(contact=other).update(waits_since=MONDAY, asked_again_at=MONDAY)
    merged(anna, one, other, LATER, status=one)
    card = Card.objects.get(contact=one)
    assert (card.waits_since, card.asked_again_at) == (MONDAY, MONDAY)


def test_the_merged_contact_is_nowhere_and_its_address_leads_to_the_other(anna, board, login, sofia, paul):
    one, other = people(board)
    merged(anna, one, other)
    for user in (anna, sofia):
        page = login(user).get(reverse("pipeline:contact", args=[other.pk]))
        assert (page.status_code, page.url) == (302, reverse("pipeline:contact", args=[one.pk]))
    assert login(paul).get(reverse("pipeline:contact", args=[other.pk])).status_code == 404
    gone = login(sofia).get(reverse("pipeline:contact-changes", args=[other.pk]))
    assert gone.status_code == 200
    assert "zusammengeführt" in gone.content.decode()
    with pytest.raises(Merged):
        facts.save(contact=other, values={"city": "Ulm"}, version=None, actor=anna, now=LATER)
    assert login(anna).get(reverse("pipeline:trash")).content.decode().count("data-contact") == 0
    assert leads.restore(user=anna, contact_ids=[other.pk], now=LATER) == 0
    found = inquiries.take_in(account=anna.account, values=HANS | {"email": "b@st.example"}, now=LATER)
    assert found.contact.pk == one.pk


def test_changed_since_is_overtaken_and_writes_nothing(anna, board, unwritten):
    one, other = people(board)
    seen = merging.load(anna, (one.pk, other.pk)).mark
    facts.save(contact=other, values={"city": "Ulm"}, version=None, actor=anna, now=MONDAY)
    with unwritten(), pytest.raises(Overtaken):
        merging.merge(user=anna, ids=(one.pk, other.pk), chosen={}, seen=seen, key=uuid4(), now=MONDAY)


def test_the_same_form_again_is_one_merge(anna, board):
    one, other = people(board)
    seen, key = merging.load(anna, (one.pk, other.pk)).mark, uuid4()
    how = {"user": anna, "ids": (one.pk, other.pk), "chosen": {}, "seen": seen, "key": key, "now": MONDAY}
    assert merging.merge(**how) == merging.merge(**how)
    assert Merge.objects.count() == 1


@pytest.fixture
def series(anna, board):
    ready(anna.account)
    return steps(board["Erfolgreich kontaktiert"].sequence, 0, 1, 1)


def running(anna, board, email):
    contact = lead(board["Nicht erreicht"], email=email, **HANS)
    move(anna, contact, board["Erfolgreich kontaktiert"])
    return contact


def sent(step, *contacts):
    """Have the contacts been sent the step."""
    for message in Message.objects.filter(contact__in=contacts, step=step):
        message.state, message.finished_at = MessageState.SENT, MONDAY
        message.save()
        ActionFactory(contact=message.contact, kind=Kind.FUNNEL_MAIL, performed_at=MONDAY)


def states(contact):
    rows = Message.objects.filter(contact=contact).order_by("step__position", "pk")
    return list(rows.values_list("step__position", "state"))


def test_a_step_that_one_was_sent_is_not_sent_to_the_other(anna, board, series):
    one, other = running(anna, board, "a@st.example"), running(anna, board, "b@st.example")
    sent(series[0], other)
    done = merged(anna, one, other, status=one)
    assert states(one) == [(0, "cancelled"), (0, "sent"), (1, "planned"), (2, "planned")]
    assert set(states(other)) == {(1, "cancelled"), (2, "cancelled")}
    assert Enrolment.objects.filter(contact=one, state="active").count() == 1
    assert broken(anna.account) == []
    parted(anna, done)
    assert states(one) == [(0, "planned"), (1, "planned"), (2, "planned")]
    assert states(other) == [(0, "sent"), (1, "planned"), (2, "planned")]
    assert broken(anna.account) == []


def test_both_were_sent_a_step(anna, board, series):
    one, other = running(anna, board, "a@st.example"), running(anna, board, "b@st.example")
    sent(series[0], one, other)
    done = merged(anna, one, other, status=one)
    assert (0, "sent") in states(one)
    assert again(one).action_counts == {"funnel_mail": 2}
    assert broken(anna.account) == []
    parted(anna, done)
    assert (0, "sent") in states(other)


def test_mails_are_not_measured_by_what_the_other_one_had_said_and_done(anna, board, series):
    one, other = running(anna, board, "a@st.example"), running(anna, board, "b@st.example")
    move(anna, one, board["Kein Auftrag"], now=MONDAY + timedelta(minutes=1))
    grant(one, at=MONDAY, granted=False)
    Message.objects.filter(contact=other, step=series[0]).update(claimed_at=MONDAY + timedelta(minutes=11))
    sent(series[0], other)
    done = merged(anna, one, other, LATER, status=one)
    assert (0, "sent") in states(one)
    assert broken(anna.account) == []
    parted(anna, done, LATER + timedelta(hours=1))
    assert broken(anna.account) == []


def test_a_series_of_one_alone_goes_over_as_it_ended(anna, board, series):
    one = lead(board["Nicht erreicht"], email="a@st.example", **HANS)
    other = running(anna, board, "b@st.example")
    sent(series[0], other)
    done = merged(anna, one, other, status=one)
    assert [(run.contact_id, run.state) for run in Enrolment.objects.all()] == [(one.pk, "ended")]
    move(anna, one, board["Erfolgreich kontaktiert"], now=LATER)
    coming = Message.objects.filter(contact=one, state="planned").values_list("step__position", flat=True)
    assert sorted(coming) == [1, 2]
    assert parted(anna, done, LATER + timedelta(hours=1)).kept == ["E-Mail-Serie"]
    assert broken(anna.account) == []


def test_no_merge_while_a_mail_is_leaving(anna, board, series):
    one, other = running(anna, board, "a@st.example"), running(anna, board, "b@st.example")
    Message.objects.filter(contact=other, step=series[0]).update(state=MessageState.SENDING, claimed_at=MONDAY)
    with pytest.raises(Conflict), transaction.atomic():
        merged(anna, one, other)
    assert not Merge.objects.exists()


def test_a_withdrawal_of_either_counts_for_both_and_is_undone_with_the_merge(anna, board):
    one, other = people(board)
    grant(one)
    grant(other, at=MONDAY - timedelta(days=60), granted=False)
    done = merged(anna, one, other)
    email = next(state for state in consent.states(again(one)) if state.channel == "email")
    assert not email.granted
    parted(anna, done)
    assert next(state for state in consent.states(again(one)) if state.channel == "email").granted
    assert not next(state for state in consent.states(again(other)) if state.channel == "email").granted


def test_an_objection_of_either_bars_all_addresses_of_both(anna, board, series):
    one = running(anna, board, "a@st.example")
    other = lead(board["Nicht erreicht"], email="b@st.example", **HANS)
    withdrawal.object_to(user=anna, contact_id=other.pk, method=Consent.Method.SPOKEN, now=MONDAY)
    done = merged(anna, one, other, status=one)
    assert suppression.suppressed(anna.account.pk, ["a@st.example", "b@st.example"]) == {"a@st.example", "b@st.example"}
    assert Enrolment.objects.get(contact=one).state == "ended"
    parted(anna, done)
    assert suppression.suppressed(anna.account.pk, ["a@st.example", "b@st.example"]) == {"b@st.example"}
    assert Enrolment.objects.get(contact=one).state == "active"
    assert broken(anna.account) == []


def test_an_objection_since_counts_for_both_afterwards(anna, board, series):
    one, other = lead(board["Nicht erreicht"], email="a@st.example", **HANS), running(anna, board, "b@st.example")
    done = merged(anna, one, other, status=one)
    withdrawal.object_to(user=anna, contact_id=one.pk, method=Consent.Method.SPOKEN, now=LATER)
    parted(anna, done, LATER + timedelta(hours=1))
    for contact in (one, other):
        assert not next(state for state in consent.states(again(contact)) if state.channel == "email").granted
    assert Enrolment.objects.get(contact=other).state != "active"
    assert Suppression.objects.count() == 2
    assert broken(anna.account) == []


def test_undoing_restores_both_as_they_were(anna, board, sofia):
    one, other = people(
        board,
        {"assignee": sofia, "tags": ["Erbe"], "foreign_ids": [["a", "1"]]},
        {"city": "Bonn", "due_on": "2026-12-01", "foreign_ids": [["b", "2"]]},
    )
    ActionFactory(contact=other, kind=Kind.CALL)
    grant(other)
    before = [known(contact) for contact in (one, other)]
    done = merged(anna, one, other)
    assert parted(anna, done).kept == []
    assert [known(contact) for contact in (one, other)] == before
    assert Action.objects.get().contact_id == other.pk
    assert sorted(ForeignId.objects.values_list("contact", "value")) == [(one.pk, "1"), (other.pk, "2")]
    assert Card.objects.filter(contact__in=[one, other]).count() == 2
    assert parted(anna, done).undone_at == LATER  # again: no effect
    assert broken(anna.account) == []


def known(contact):
    found = Contact.objects.filter(pk=contact.pk).defer("search").values().get()
    return {name: value for name, value in found.items() if name not in ("version", "search")}


def test_what_was_changed_since_is_kept_and_named(anna, board):
    one, other = people(board, {"city": "Köln"}, {"city": "Bonn am Rhein", "company": "Bau GmbH"})
    done = merged(anna, one, other)
    facts.save(contact=again(one), values={"city": "Ulm"}, version=None, actor=anna, now=LATER)
    assert parted(anna, done).kept == ["Ort"]
    assert (again(one).city, again(one).company) == ("Ulm", "")
    assert again(other).city == "Bonn am Rhein"


def test_undoing_ends_after_thirty_days(anna, board, unwritten):
    one, other = people(board)
    done = merged(anna, one, other)
    with unwritten(), pytest.raises(Conflict):
        parted(anna, done, MONDAY + timedelta(days=30))


def test_of_three_the_last_merge_is_undone_first(anna, board):
    one, other = people(board)
    third = ContactFactory(column=board["Nicht erreicht"], **HANS, email="c@st.example")
    first = merged(anna, one, other, status=one)
    second = merged(anna, third, one, status=third)
    assert finding.find(anna, third.pk)
    with pytest.raises(Conflict):
        parted(anna, first)
    parted(anna, second)
    parted(anna, first, LATER + timedelta(hours=1))
    assert Card.objects.count() == 3
    assert broken(anna.account) == []


def test_who_is_in_the_trash_cannot_be_merged(anna, board):
    one, other = people(board)
    put_in_trash(other)
    with pytest.raises(Exception, match="Papierkorb"):
        merging.load(anna, (one.pk, other.pk))


def test_after_thirty_days_the_copy_goes_and_the_address_still_leads_on(anna, board, login):
    one, other = people(board)
    done = merged(anna, one, other)
    leads.erase_expired(now=MONDAY + timedelta(days=31))
    done.refresh_from_db()
    assert not Contact.objects.filter(pk=other.pk).exists()
    assert (done.before, done.rows) == ({}, {})
    assert login(anna).get(reverse("pipeline:contact", args=[other.pk])).url.endswith(f"/{one.pk}/")


def test_erasing_the_contact_erases_what_undoing_would_need(anna, board):
    one, other = people(board, other={"city": "Kanarienstadt"})
    merged(anna, one, other)
    leads.trash(user=anna, contact_ids=[one.pk], now=MONDAY)
    leads.erase_expired(now=MONDAY + timedelta(days=31))
    assert (Contact.objects.count(), Merge.objects.count()) == (0, 0)


def test_pairs_go_and_who_was_no_duplicate_stays_none(anna, board):
    one, other = people(board)
    third = ContactFactory(column=board["Nicht erreicht"], **HANS)
    rows = [(one, other, None), (other, third, MONDAY)]
    for first, second, at in rows:
        Duplicate.objects.create(account=anna.account, first=first, second=second, found_at=MONDAY, dismissed_at=at)
    merged(anna, one, other)
    assert list(Duplicate.objects.filter(dismissed_at=None)) == []
    assert Duplicate.objects.filter(first=one, second=third).get().dismissed_at == MONDAY
    anna.account.refresh_from_db()
    assert anna.account.duplicates == 0


def test_the_worker_sends_what_is_left_once(anna, board, series, settings):
    one, other = running(anna, board, "a@st.example"), running(anna, board, "b@st.example")
    merged(anna, one, other, status=one)
    worker.sweep(now=MONDAY + timedelta(minutes=11))
    assert Message.objects.filter(state="sent").count() <= 1
    assert broken(anna.account) == []


def test_actions_since_stay_with_the_contact(anna, board):
    one, other = people(board)
    done = merged(anna, one, other)
    actions.perform(contact=again(one), kind=Kind.NOTE, actor=anna, text="danach", now=LATER)
    parted(anna, done)
    assert Action.objects.get().contact_id == one.pk
