"""Lines of mails and series are stamps: what Django renders of their templates, for mails in any state."""

from datetime import time, timedelta
from itertools import product

import pytest
from django.http import QueryDict
from django.utils import timezone

from funnel import contact_messages, outbox_page, outbox_rows, statistics
from funnel.models import Enrolment, EnrolmentReason, Message, MessageReason, MessageState, Sender, Sequence, Step
from tests.funnel.mailing import MONDAY, lead, move, ready, steps
from tests.stamping import check

STATES = [
    {"state": MessageState.PLANNED},
    {"state": MessageState.PLANNED, "is_urgent": True},
    {"state": MessageState.PLANNED, "attempts": 1, "answer": "421 <später>"},
    {
        "state": MessageState.SENT,
        "subject": "Ihr <Haus> & 100 %",
        "finished_at": MONDAY,
        "came_back": "Danke > dann",
    },
    {"state": MessageState.SKIPPED, "reason": MessageReason.NO_CONSENT, "finished_at": MONDAY - timedelta(days=400)},
    {"state": MessageState.UNCLEAR, "finished_at": MONDAY, "answer": "?", "again_at": MONDAY, "again_after": "unclear"},
    {"state": MessageState.FAILED, "reason": MessageReason.REFUSED, "finished_at": MONDAY},
    {"state": MessageState.CANCELLED, "reason": MessageReason.STOPPED, "finished_at": MONDAY},
]


pytestmark = pytest.mark.breaks_invariants  # mails that were sent without an action


@pytest.fixture(params=range(len(STATES)))
def message(request, krueger, sofia, board) -> Message:
    ready(krueger)
    (step,) = steps(board["Erfolgreich kontaktiert"].sequence, 0)
    Step.objects.filter(pk=step.pk).update(subject="{{vorname|Hallo}}, „{{objekt}}“ <neu>")
    person = lead(board["Nicht erreicht"], last_name="<b>&\"'%s", first_name="\u202eגרסה")
    move(sofia, person, board["Erfolgreich kontaktiert"])
    Message.objects.update(**STATES[request.param])
    return Message.objects.get()


@pytest.mark.parametrize("reader", ["anna", "mara"])
def test_a_row_of_the_outbox(message, reader, request, krueger):
    user, sender = request.getfixturevalue(reader), Sender.objects.of(krueger).get()
    for state in outbox_page.TABS:
        wanted = outbox_page.OutboxFilter.parse(user, QueryDict(f"state={state}"))
        for item in outbox_page.load(wanted, QueryDict()).items:
            check(outbox_rows.TEMPLATE, item.texts(user, sender, timezone.localtime(), False))
            check(outbox_rows.TEMPLATE, item.texts(user, sender, timezone.localtime(), True))


@pytest.mark.parametrize("series", [{}, {"state": "paused", "reason": "manual"}, {"state": "ended"}])
def test_a_mail_on_the_page_of_its_contact(message, series):
    Enrolment.objects.update(**series)
    (run,) = contact_messages.load(message.contact).runs
    for line in run.lines:
        check("funnel/_ledger_line.html", line.texts(timezone.localtime()) | {"csrf_token": "x" * 64})


def test_a_paused_series_says_why(message, anna, krueger):
    Enrolment.objects.update(state="paused", reason=EnrolmentReason.MANUAL)
    wanted = outbox_page.OutboxFilter.parse(anna, QueryDict("state=paused"))
    sender = Sender.objects.of(krueger).get()
    for item in outbox_page.load(wanted, QueryDict("state=paused")).items:
        assert item.texts(anna, sender, MONDAY, True)["pause"] == "von Hand"


def test_a_series(message, krueger):
    for is_on in (True, False):
        Sequence.objects.update(is_on=is_on)
        for series in statistics.load(krueger, timezone.localtime()).sequences:
            check("funnel/_sequence.html", series.texts() | {"csrf_token": "x" * 64, "steps": "x"})
    for mails, active, paused in product((0, 1, 2), repeat=3):
        check("funnel/_series_counts.html", {}, mails=mails, active=active, paused=paused)


def test_a_step_and_the_plot(message, krueger):
    Step.objects.update(send_at=time(9, 30), delay_days=2)
    Message.objects.filter(state=MessageState.SENT).update(finished_at=timezone.now())
    overview = statistics.load(krueger, timezone.localtime())
    shown = [step for series in overview.sequences for step in series.steps]
    for place, step in enumerate(shown, start=1):
        check("funnel/_step.html", step.texts(place, len(shown)) | {"csrf_token": "x" * 64})
    for day in overview.plot.days:
        if day.sent:
            check("funnel/_plot_day.html", day.texts() | {"bars": "x"})
            for bar in day.bars:
                check("funnel/_plot_bar.html", bar.texts())
    for week in overview.plot.weeks:
        check("funnel/_plot_week.html", week.texts())
