"""Actions: what users record, plan, tick off and correct, and that last action and bubbles follow."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.http import Http404
from django.utils import timezone

from accounts.models import Account
from base.refusals import Forbidden, Gone, NotUnderstood
from contacts import actions, timeline
from contacts.kinds import MANUAL, Kind
from contacts.models import Action, Contact
from tests.clock import TUESDAY
from tests.factories import AccountFactory, ActionFactory, ContactFactory, UserFactory, put_in_trash

NOW = TUESDAY
DAY = timedelta(days=1)


@pytest.fixture
def contact(krueger):
    return ContactFactory(account=krueger, last_name="Brandes")


def shown(contact):
    contact = Contact.objects.get(pk=contact.pk)
    return contact.action_counts, contact.last_action_at


def test_a_performed_action_is_counted_and_moves_the_last_action(contact, sofia):
    actions.perform(contact=contact, kind=Kind.CALL, outcome="reached", actor=sofia, now=NOW)
    actions.perform(contact=contact, kind=Kind.CALL, actor=sofia, now=NOW + DAY)
    actions.perform(contact=contact, kind=Kind.NOTE, text="Ruft zurück", actor=sofia, now=NOW)
    assert shown(contact) == ({"call": 2, "note": 1}, NOW + DAY)


def test_a_back_dated_action_is_counted_without_moving_the_last_action_back(contact, sofia):
    actions.perform(contact=contact, kind=Kind.CALL, actor=sofia, now=NOW)
    actions.perform(contact=contact, kind=Kind.LETTER, actor=sofia, now=NOW, performed_at=NOW - 9 * DAY)
    assert shown(contact) == ({"call": 1, "letter": 1}, NOW)


def test_the_same_action_with_the_same_key_is_added_once(contact, sofia):
    said = {"contact": contact, "kind": Kind.NOTE, "actor": sofia, "key": UUID(int=7)}
    first = actions.perform(text="Ruft zurück", now=NOW, **said)
    assert actions.perform(text="Ruft zurück", now=NOW + DAY, **said) == first
    meeting = said | {"kind": Kind.MEETING, "key": UUID(int=8), "planned_for": NOW + DAY}
    assert actions.plan(now=NOW, **meeting) == actions.plan(now=NOW + DAY, **meeting)
    assert shown(contact) == ({"note": 1}, NOW)


def test_another_action_with_a_used_key_is_added(contact, sofia, krueger):
    said = {"actor": sofia, "now": NOW, "key": UUID(int=7)}
    other = ContactFactory(account=krueger)
    actions.perform(contact=contact, kind=Kind.NOTE, text="Ruft zurück", **said)
    actions.perform(contact=contact, kind=Kind.NOTE, text="Hat zurückgerufen", **said)
    actions.perform(contact=contact, kind=Kind.NOTE, text="Ruft zurück", performed_at=NOW - DAY, **said)
    actions.plan(contact=contact, kind=Kind.MEETING, planned_for=NOW + DAY, **said)
    actions.perform(contact=other, kind=Kind.NOTE, text="Ruft zurück", **said)
    assert shown(contact) == ({"note": 3}, NOW)
    assert shown(other) == ({"note": 1}, NOW)
    assert Action.objects.filter(contact=contact, planned_for=NOW + DAY).count() == 1


@pytest.mark.parametrize("kind", [Kind.BOUNCE, Kind.OPT_OUT])
def test_bounces_and_opt_outs_count_but_do_not_move_the_last_action(contact, kind):
    actions.perform(contact=contact, kind=kind, actor=None, now=NOW)
    assert shown(contact) == ({kind.value: 1}, None)


def test_nothing_is_performed_in_the_future(contact, sofia):
    with pytest.raises(NotUnderstood):
        actions.perform(contact=contact, kind=Kind.CALL, actor=sofia, now=NOW, performed_at=NOW + timedelta(minutes=1))
    assert Action.objects.count() == 0


@pytest.mark.parametrize("kind", sorted(set(Kind) - set(MANUAL)))
def test_users_cannot_record_what_the_product_records(contact, sofia, kind):
    with pytest.raises(NotUnderstood):
        actions.perform(contact=contact, kind=kind, actor=sofia, now=NOW)
    assert Action.objects.count() == 0


def test_only_a_call_has_an_outcome(contact, sofia):
    with pytest.raises(NotUnderstood):
        actions.perform(contact=contact, kind=Kind.NOTE, outcome="reached", actor=sofia, now=NOW)


def test_a_planned_meeting_counts_only_when_it_is_done(contact, sofia):
    later = NOW + 3 * DAY
    action = actions.plan(contact=contact, kind=Kind.MEETING, actor=sofia, now=NOW, planned_for=later)
    assert shown(contact) == ({}, None)
    actions.done(action=action, actor=sofia, now=later + DAY)
    assert shown(contact) == ({"meeting": 1}, later)


def test_a_planned_meeting_does_not_count_when_other_actions_are_counted_anew(contact, sofia):
    actions.plan(contact=contact, kind=Kind.MEETING, actor=sofia, now=NOW, planned_for=NOW + DAY)
    note = actions.perform(contact=contact, kind=Kind.NOTE, actor=sofia, now=NOW)
    assert shown(contact) == ({"note": 1}, NOW)
    actions.remove(action=note, actor=sofia)
    assert shown(contact) == ({}, None)


def test_a_meeting_ticked_off_early_was_held_now(contact, sofia):
    action = actions.plan(contact=contact, kind=Kind.ONSITE, actor=sofia, now=NOW, planned_for=NOW + DAY)
    actions.done(action=action, actor=sofia, now=NOW)
    assert shown(contact) == ({"onsite": 1}, NOW)


def test_ticking_off_twice_has_no_second_effect(contact, sofia):
    action = actions.plan(contact=contact, kind=Kind.MEETING, actor=sofia, now=NOW, planned_for=NOW - DAY)
    actions.done(action=action, actor=sofia, now=NOW)
    actions.done(action=action, actor=sofia, now=NOW + DAY)
    assert shown(contact) == ({"meeting": 1}, NOW - DAY)


@pytest.mark.parametrize("kind", sorted(set(MANUAL) - {Kind.MEETING, Kind.ONSITE}))
def test_only_meetings_can_be_planned(contact, sofia, kind):
    with pytest.raises(NotUnderstood):
        actions.plan(contact=contact, kind=kind, actor=sofia, now=NOW, planned_for=NOW + DAY)


def test_correcting_the_time_corrects_the_last_action(contact, sofia):
    action = actions.perform(contact=contact, kind=Kind.CALL, actor=sofia, now=NOW)
    actions.edit(action=action, actor=sofia, now=NOW, text="doch gestern", performed_at=NOW - DAY)
    assert shown(contact) == ({"call": 1}, NOW - DAY)
    assert Action.objects.get().text == "doch gestern"


def test_a_removed_action_is_counted_no_longer(contact, sofia):
    actions.perform(contact=contact, kind=Kind.NOTE, actor=sofia, now=NOW - DAY)
    action = actions.perform(contact=contact, kind=Kind.CALL, actor=sofia, now=NOW)
    actions.remove(action=action, actor=sofia)
    assert shown(contact) == ({"note": 1}, NOW - DAY)


def test_an_agent_corrects_own_entries_and_a_manager_all(contact, sofia, jan, mehmet):
    action = actions.perform(contact=contact, kind=Kind.NOTE, text="alt", actor=sofia, now=NOW)
    with pytest.raises(Forbidden):
        actions.edit(action=action, actor=jan, now=NOW, text="neu")
    with pytest.raises(Forbidden):
        actions.remove(action=action, actor=jan)
    assert Action.objects.get().text == "alt"
    actions.edit(action=action, actor=mehmet, now=NOW, text="neu")
    assert Action.objects.get().text == "neu"


def test_what_the_product_recorded_cannot_be_corrected(contact, anna):
    action = actions.perform(contact=contact, kind=Kind.MAIL_IN, actor=None, now=NOW)
    with pytest.raises(Forbidden):
        actions.edit(action=action, actor=anna, now=NOW, text="nie gesagt")


def test_a_contact_in_the_trash_accepts_no_actions(contact, sofia):
    action = actions.plan(contact=contact, kind=Kind.MEETING, actor=sofia, now=NOW, planned_for=NOW)
    put_in_trash(contact)
    with pytest.raises(Gone):
        actions.perform(contact=contact, kind=Kind.CALL, actor=sofia, now=NOW)
    with pytest.raises(Gone):
        actions.done(action=action, actor=sofia, now=NOW)
    assert Action.objects.get().is_planned


def test_a_hidden_contact_accepts_no_actions(contact, krueger, sofia, jan):
    Account.objects.update(agents_see=Account.Sight.OWN)
    Contact.objects.update(assignee=jan)
    sofia.account.refresh_from_db()
    with pytest.raises(Http404):
        actions.perform(contact=contact, kind=Kind.CALL, actor=sofia, now=NOW)


def test_users_of_other_offices_find_no_action(contact, sofia, paul):
    action = actions.perform(contact=contact, kind=Kind.CALL, actor=sofia, now=NOW)
    with pytest.raises(Http404):
        actions.find(paul, action.pk)
    with pytest.raises(Http404):
        actions.done(action=action, actor=paul, now=NOW)


def test_the_timeline_is_paged_without_gaps_or_repetitions(contact, sofia):
    moments = [NOW - DAY * (n // 3) for n in range(70)]  # three of each moment
    made = {ActionFactory(contact=contact, performed_at=moment).pk for moment in moments}
    seen, before = [], None
    while True:
        page = timeline.load(sofia, contact, before)
        seen += [entry.action for entry in page.performed]
        if page.older is None:
            break
        before = Action.objects.get(pk=page.older)
    assert {action.pk for action in seen} == made
    assert len(seen) == 70
    assert [action.performed_at for action in seen] == sorted(moments, reverse=True)


@pytest.mark.django_db(transaction=True)
def test_counts_are_right_after_concurrent_actions():
    account = AccountFactory()
    contact = ContactFactory(account=account, card=False)
    users = UserFactory.create_batch(8, account=account)

    def work(user):
        try:
            for _ in range(5):
                actions.perform(contact=contact, kind=Kind.CALL, actor=user, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, users))
    counts, last = shown(contact)
    assert counts == {"call": 40}
    assert last == max(Action.objects.values_list("performed_at", flat=True))
