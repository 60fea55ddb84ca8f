"""Editing the steps of a sequence, and what stays as it was."""

from datetime import time

import pytest
from django.http import Http404

from base.refusals import Conflict, Gone, Overtaken
from funnel.models import Message, Sequence, Step
from funnel.sending import claiming
from funnel.series import sequences
from funnel.series.sequences import Content
from tests.funnel.mailing import MONDAY, lead, move, ready, steps, went

LETTER = Content("Willkommen", "{{anrede}},\n\nwillkommen.", 2, time(9))


@pytest.fixture
def series(board) -> Sequence:
    """Three steps: Mail 1, Mail 2, Mail 3."""
    sequence = board["Erfolgreich kontaktiert"].sequence
    steps(sequence, 0, 3, 7)
    return sequence


@pytest.fixture
def enrolled(krueger, sofia, board, series):
    """A contact for whom all three are planned."""
    ready(krueger)
    contact = lead(board["Nicht erreicht"])
    move(sofia, contact, board["Erfolgreich kontaktiert"])
    return contact


def names(sequence: Sequence) -> list[str]:
    present = Step.objects.of(sequence.account).filter(sequence=sequence, removed_at=None)
    places = list(present.order_by("position").values_list("position", flat=True))
    assert places == list(range(len(places)))
    return list(present.order_by("position").values_list("subject", flat=True))


def named(sequence: Sequence, subject: str) -> Step:
    return Step.objects.of(sequence.account).get(sequence=sequence, subject=subject)


def test_a_new_step_is_added_at_the_end(mara, series):
    step = sequences.add(user=mara, sequence_id=series.pk, content=LETTER, now=MONDAY)
    assert names(series) == ["Mail 1", "Mail 2", "Mail 3", "Willkommen"]
    assert (step.delay_days, step.send_at, step.is_on, step.version) == (2, time(9), True, 1)


def test_a_full_series_accepts_no_more_steps(anna, series, unwritten):
    steps(series, *[1] * sequences.MAX_STEPS)
    with unwritten(), pytest.raises(Conflict):
        sequences.add(user=anna, sequence_id=series.pk, content=LETTER, now=MONDAY)
    with unwritten(), pytest.raises(Conflict):
        sequences.copy(user=anna, step_id=named(series, "Mail 1").pk, now=MONDAY)


def test_an_edit_changes_planned_mails_but_never_sent_ones(anna, series, enrolled):
    went(enrolled, "Mail 1")
    Message.objects.filter(step__subject="Mail 1").update(subject="Mail 1", html="<p>wie gesendet</p>")
    sent, coming = named(series, "Mail 1"), named(series, "Mail 2")
    assert (sequences.count_planned(sent), sequences.count_planned(coming)) == (0, 1)
    saved = sequences.edit(user=anna, step_id=sent.pk, version=1, content=LETTER)
    assert (saved.subject, saved.version) == ("Willkommen", 2)
    message = Message.objects.get(step=sent)
    assert (message.state, message.subject, message.html) == ("sent", "Mail 1", "<p>wie gesendet</p>")


def test_the_same_edit_again_writes_nothing(anna, series, unwritten):
    step = named(series, "Mail 1")
    sequences.edit(user=anna, step_id=step.pk, version=1, content=LETTER)
    with unwritten():
        assert sequences.edit(user=anna, step_id=step.pk, version=1, content=LETTER).version == 2


def test_an_edit_of_an_old_version_is_refused_with_the_current_one(anna, mara, series, unwritten):
    step = named(series, "Mail 1")
    sequences.edit(user=mara, step_id=step.pk, version=1, content=LETTER)
    other = Content("Anders", "Anderer Text", 1)
    with unwritten(), pytest.raises(Overtaken) as refusal:
        sequences.edit(user=anna, step_id=step.pk, version=1, content=other)
    assert refusal.value.present.subject == "Willkommen"


def test_steps_are_moved_within_the_series(anna, series, unwritten):
    assert sequences.shift(user=anna, step_id=named(series, "Mail 3").pk, by=-1)
    assert names(series) == ["Mail 1", "Mail 3", "Mail 2"]
    sequences.shift(user=anna, step_id=named(series, "Mail 1").pk, by=1)
    assert names(series) == ["Mail 3", "Mail 1", "Mail 2"]
    for subject, by in (("Mail 3", -1), ("Mail 2", 1)):
        with unwritten(), pytest.raises(Conflict):
            sequences.shift(user=anna, step_id=named(series, subject).pk, by=by)


def test_a_copy_is_placed_directly_below_and_is_off(anna, series):
    twin = sequences.copy(user=anna, step_id=named(series, "Mail 2").pk, now=MONDAY)
    present = Step.objects.of(series.account).filter(sequence=series).order_by("position")
    assert [(step.subject, step.is_on) for step in present] == [
        ("Mail 1", True),
        ("Mail 2", True),
        ("Mail 2", False),
        ("Mail 3", True),
    ]
    assert (twin.position, twin.body, twin.delay_days) == (2, named(series, "Mail 3").body, 3)


def test_a_removed_step_keeps_its_sent_mails_and_skips_planned_ones(anna, series, enrolled, unwritten):
    went(enrolled, "Mail 1")
    first, second = named(series, "Mail 1"), named(series, "Mail 2")
    assert sequences.remove(user=anna, step_id=first.pk, now=MONDAY) == 0
    assert sequences.remove(user=anna, step_id=second.pk, now=MONDAY) == 1
    with unwritten():
        assert sequences.remove(user=anna, step_id=second.pk, now=MONDAY) == 1
    assert names(series) == ["Mail 3"]
    assert Message.objects.get(step=first).state == "sent"
    due = Message.objects.get(step=second)
    claiming.claim([due.pk], now=due.planned_for)
    due.refresh_from_db()
    assert (due.state, due.reason) == ("skipped", "step_off")
    for act in (
        lambda: sequences.edit(user=anna, step_id=second.pk, version=1, content=LETTER),
        lambda: sequences.shift(user=anna, step_id=second.pk, by=1),
        lambda: sequences.copy(user=anna, step_id=second.pk, now=MONDAY),
        lambda: sequences.set_step_enabled(user=anna, step_id=second.pk, on=False, now=MONDAY),
    ):
        with unwritten(), pytest.raises(Gone):
            act()


def test_a_step_that_is_off_is_skipped_when_it_is_due(anna, series, enrolled, unwritten):
    step = named(series, "Mail 1")
    sequences.set_step_enabled(user=anna, step_id=step.pk, on=False, now=MONDAY)
    with unwritten():
        sequences.set_step_enabled(user=anna, step_id=step.pk, on=False, now=MONDAY)
    due = Message.objects.get(step=step)
    claiming.claim([due.pk], now=due.planned_for)
    due.refresh_from_db()
    assert (due.state, due.reason) == ("skipped", "step_off")


def test_a_series_switched_off_releases_claimed_mails(anna, series, enrolled, unwritten):
    due = Message.objects.get(step__subject="Mail 1")
    assert len(claiming.claim([due.pk], now=due.planned_for)) == 1
    sequences.set_enabled(user=anna, sequence_id=series.pk, on=False)
    assert claiming.due(due.planned_for) == []
    due.refresh_from_db()
    assert (due.state, due.claimed_at) == ("planned", None)
    with unwritten():
        sequences.set_enabled(user=anna, sequence_id=series.pk, on=False)
    sequences.set_enabled(user=anna, sequence_id=series.pk, on=True)
    assert claiming.due(due.planned_for) == [due.pk]


def test_steps_of_another_office_are_a_404(paul, series, unwritten):
    step = named(series, "Mail 1")
    for act in (
        lambda: sequences.add(user=paul, sequence_id=series.pk, content=LETTER, now=MONDAY),
        lambda: sequences.edit(user=paul, step_id=step.pk, version=1, content=LETTER),
        lambda: sequences.shift(user=paul, step_id=step.pk, by=1),
        lambda: sequences.copy(user=paul, step_id=step.pk, now=MONDAY),
        lambda: sequences.remove(user=paul, step_id=step.pk, now=MONDAY),
        lambda: sequences.set_step_enabled(user=paul, step_id=step.pk, on=False, now=MONDAY),
        lambda: sequences.set_enabled(user=paul, sequence_id=series.pk, on=False),
        lambda: sequences.find(paul, step.pk),
        lambda: sequences.find_sequence(paul, series.pk),
    ):
        with unwritten(), pytest.raises(Http404):
            act()


def test_the_sentence_on_the_number_of_planned_mails():
    assert sequences.planned_sentence(0) == ""
    assert sequences.planned_sentence(1).startswith("Das betrifft 1 geplante Mail.")
    assert sequences.planned_sentence(12).startswith("Das betrifft 12 geplante Mails.")
