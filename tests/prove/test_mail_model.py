"""The funnel under random sequences of actions, and the state machine against wrong verbs."""

import pytest
from django.db import IntegrityError
from hypothesis.stateful import run_state_machine_as_test

from funnel.models import Message
from funnel.sending import claiming, worker
from funnel.series import enrolments, single_changes
from funnel.transport.outcome import Result
from tests.prove.histories import histories
from tests.prove.mails import MailMachine

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("examples", "steps"), [(6, 25), pytest.param(150, 50, marks=pytest.mark.prove, id="many")])
def test_mails_keep_the_promises(promise, examples, steps):
    row = promise(f"funnel, {examples} histories of up to {steps} steps: broken promises", "0")
    run_state_machine_as_test(MailMachine, settings=histories(examples, steps))
    row.reached("0")


def unclear_is_tried_again(monkeypatch):
    def reconcile(*, now):
        left = Message.objects.filter(claimed_at__lt=now - worker.LEASE, state__in=("claimed", "sending"))
        left.update(state="planned", claimed_at=None)

    monkeypatch.setattr(worker, "reconcile", reconcile)


def end_forgets_to_cancel(monkeypatch):
    change = single_changes.change
    monkeypatch.setattr(enrolments, "change", lambda *state, cancelling="", **more: change(*state, **more))


def consent_is_not_asked(monkeypatch):
    monkeypatch.setattr(claiming.Checks, "_lacking", lambda self, message: "")


def crash_and_come_back(machine):
    machine.crash(True)
    machine.wait(0.2)
    machine.sweep(Result.SENT)


def leave_for_good(machine):
    machine.move(0, 6)


def say_no(machine):
    machine.say_yes_or_no(1, False)
    machine.wait(0.2)
    machine.sweep(Result.SENT)


STORIES = {
    unclear_is_tried_again: crash_and_come_back,
    end_forgets_to_cancel: leave_for_good,
    consent_is_not_asked: say_no,
}


def told(story):
    """Run the steps on a new state machine and check the promises at the end."""
    machine = MailMachine()
    try:
        story(machine)
        machine.promises_hold()
        machine.nothing_arrives_twice_or_unknown()
    finally:
        machine.teardown()


@pytest.mark.parametrize("breakage", STORIES)
def test_model_catches_wrong_verbs(monkeypatch, breakage):
    told(STORIES[breakage])
    breakage(monkeypatch)
    with pytest.raises((AssertionError, IntegrityError)):
        told(STORIES[breakage])
