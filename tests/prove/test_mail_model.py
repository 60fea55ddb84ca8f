"""The funnel in orders nobody thought of; and the machine against verbs that are wrong."""

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from funnel import claiming, enrolments, outbox
from funnel.models import Message
from tests.prove.mails import MailMachine

pytestmark = pytest.mark.django_db
QUIET = list(HealthCheck)


@pytest.mark.parametrize(
    ("examples", "steps"), [(6, 25), pytest.param(150, 50, marks=pytest.mark.prove, id="many")]
)
def test_mails_keep_their_promises(promise, examples, steps):
    row = promise(f"funnel, {examples} histories of up to {steps} steps: broken promises", "0")
    daily = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=examples < 100,
        deadline=None,
        suppress_health_check=QUIET,
    )
    run_state_machine_as_test(MailMachine, settings=daily)
    row.reached("0")


def unclear_is_tried_again(monkeypatch):
    def reconcile(*, now):
        left = Message.objects.filter(claimed_at__lt=now - outbox.LEASE, state__in=("claimed", "sending"))
        left.update(state="planned", claimed_at=None)

    monkeypatch.setattr(outbox, "reconcile", reconcile)


def end_forgets_to_cancel(monkeypatch):
    monkeypatch.setattr(enrolments, "_cancel", lambda row, reason, cause, now: None)


def consent_is_not_asked(monkeypatch):
    monkeypatch.setattr(claiming.Checks, "_lacking", lambda self, message: "")


@pytest.mark.parametrize("breakage", [unclear_is_tried_again, end_forgets_to_cancel, consent_is_not_asked])
def test_breakage_is_caught(monkeypatch, breakage):
    breakage(monkeypatch)
    short = settings(
        max_examples=60,
        stateful_step_count=25,
        derandomize=True,
        deadline=None,
        suppress_health_check=QUIET,
        phases=[Phase.generate],
    )
    with pytest.raises((AssertionError, IntegrityError)):
        run_state_machine_as_test(MailMachine, settings=short)
