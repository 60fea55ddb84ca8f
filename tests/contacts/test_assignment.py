"""Assignment: Expert only, to active colleagues of the own office, decided at the commit."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.http import Http404

from accounts.models import Account, User
from accounts.plans import Plan
from base.refusals import Forbidden, Gone, NotUnderstood
from contacts.assignment import assign, assign_many, colleagues
from contacts.models import Change, Contact
from tests.clock import TUESDAY
from tests.factories import AccountFactory, ContactFactory, UserFactory, put_in_trash

NOW = TUESDAY


@pytest.fixture
def contact(krueger):
    return ContactFactory(account=krueger)


def assignee_of(contact):
    return Contact.objects.get(pk=contact.pk).assignee


def history():
    return list(Change.objects.order_by("pk").values_list("kind", "before", "after"))


def test_assigning_reassigning_and_clearing_are_recorded(contact, anna, sofia, jan):
    for assignee in (sofia, jan, None):
        assign(contact=contact, assignee=assignee, actor=anna, now=NOW)
        assert assignee_of(contact) == assignee
    assert history() == [
        ("assigned", "", "Sofia Vogt"),
        ("assigned", "Sofia Vogt", "Jan Thiele"),
        ("assigned", "Jan Thiele", ""),
    ]


def test_the_same_colleague_again_writes_nothing(contact, anna, sofia, unwritten):
    assign(contact=contact, assignee=sofia, actor=anna, now=NOW)
    with unwritten():
        assign(contact=contact, assignee=sofia, actor=anna, now=NOW)


def test_without_the_expert_plan_nothing_is_assigned_or_cleared(contact, anna, sofia, unwritten):
    assign(contact=contact, assignee=sofia, actor=anna, now=NOW)
    Account.objects.update(plan=Plan.STARTER)
    with unwritten():
        for assignee in (None, anna):
            with pytest.raises(Forbidden) as refusal:
                assign(contact=contact, assignee=assignee, actor=anna, now=NOW)
            assert refusal.value.sentence.startswith("Nur im Expert-Paket")
    assert assignee_of(contact) == sofia


def test_users_of_other_offices_former_colleagues_and_marketing_are_refused_in_the_same_words(
    contact, anna, jan, mara, paul, unwritten
):
    User.objects.filter(pk=jan.pk).update(is_active=False)
    with unwritten():
        for assignee in (jan, mara, paul, User(pk=10**9)):
            with pytest.raises(NotUnderstood) as refusal:
                assign(contact=contact, assignee=assignee, actor=anna, now=NOW)
            assert refusal.value.sentence == "Mitarbeiter nicht verfügbar"


def test_foreign_hidden_and_trashed_contacts_are_not_assigned(contact, krueger, anna, sofia, jan, paul):
    Account.objects.filter(pk=paul.account_id).update(plan=Plan.EXPERT)
    with pytest.raises(Http404):
        assign(contact=contact, assignee=paul, actor=paul, now=NOW)
    krueger.agents_see = sofia.account.agents_see = Account.Sight.OWN
    krueger.save()
    Contact.objects.update(assignee=jan)
    with pytest.raises(Http404):
        assign(contact=contact, assignee=sofia, actor=sofia, now=NOW)
    put_in_trash(contact)
    with pytest.raises(Gone):
        assign(contact=contact, assignee=sofia, actor=anna, now=NOW)
    assert assignee_of(contact) == jan


def test_many_are_assigned_at_once_and_only_those_that_change_are_counted(krueger, anna, sofia, jan):
    mine = ContactFactory(account=krueger, assignee=sofia)
    others = ContactFactory.create_batch(3, account=krueger)
    trashed = put_in_trash(ContactFactory(account=krueger))
    foreign = ContactFactory(account=AccountFactory(), card=False)
    ids = [contact.pk for contact in (mine, *others, trashed, foreign)]
    assert assign_many(account=krueger, actor=anna, contact_ids=ids, assignee=sofia, now=NOW) == 3
    assert Contact.objects.filter(assignee=sofia).count() == 4
    assert history() == [("assigned", "", "Sofia Vogt")] * 3


def test_many_are_assigned_with_a_fixed_number_of_statements(krueger, anna, sofia, django_assert_num_queries):
    for size in (1, 30):
        ids = [contact.pk for contact in ContactFactory.create_batch(size, account=krueger)]
        with django_assert_num_queries(6 + 2):  # and the savepoint of the test's transaction
            assign_many(account=krueger, actor=anna, contact_ids=ids, assignee=sofia, now=NOW)


def test_an_agent_assigns_only_visible_contacts(krueger, sofia, jan):
    krueger.agents_see = sofia.account.agents_see = Account.Sight.OWN
    krueger.save()
    free, hidden = ContactFactory(account=krueger), ContactFactory(account=krueger, assignee=jan)
    ids = [free.pk, hidden.pk]
    assert assign_many(account=krueger, actor=sofia, contact_ids=ids, assignee=sofia, now=NOW) == 1
    assert assignee_of(hidden) == jan


def test_colleagues_start_with_the_user_and_exclude_former_ones_and_marketing(anna, sofia, jan, mehmet, mara, paul):
    User.objects.filter(pk=mehmet.pk).update(is_active=False)
    assert [user.full_name for user in colleagues(jan)] == ["Jan Thiele", "Anna Krüger", "Sofia Vogt"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["plan", "user"])
def test_a_downgrade_or_departure_just_before_the_commit_is_noticed(change):
    """The other transaction holds the row; the assignment waits for it and then goes by what it left."""
    account = AccountFactory()
    actor, assignee = UserFactory.create_batch(2, account=account)
    contact = ContactFactory(account=account, card=False)
    changed, waiting = threading.Event(), threading.Event()

    def other_side():
        try:
            with transaction.atomic():
                if change == "plan":
                    Account.objects.update(plan=Plan.STARTER)
                else:
                    User.objects.filter(pk=assignee.pk).update(is_active=False)
                changed.set()
                waiting.wait(0.3)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        other = threads.submit(other_side)
        changed.wait(5)
        with pytest.raises(Forbidden if change == "plan" else NotUnderstood):
            assign(contact=contact, assignee=assignee, actor=actor, now=NOW)
        other.result()
    assert assignee_of(contact) is None
