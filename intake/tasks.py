"""The worker's tasks. What they work on says itself what is to be done."""

from django.utils import timezone
from procrastinate.contrib.django import app

from funnel.replies import inbox, quarantine
from intake import alerting, arrivals, taking
from intake.hooks import fetching
from intake.mail import forwarded, polling
from intake.website import puzzles
from pipeline.alerts import mailing, pushing


@app.periodic(cron="* * * * * */10")  # the seconds come last: every ten
@app.task(name="take_waiting", queueing_lock="take_waiting", lock="take_waiting")
def take_waiting(timestamp: int) -> None:
    """Take what was left waiting: its keeper was killed, or something failed."""
    taking.take_waiting(now=timezone.now())


@app.periodic(cron="* * * * * */10")
@app.task(name="tell_people", queueing_lock="tell_people", lock="tell_people")
def tell_people(timestamp: int) -> None:
    """Find out who is to be told of contacts that arrived, and mail or push to those whose time has come."""
    try:
        alerting.tell_waiting(now=timezone.now())
    finally:
        try:
            mailing.send_due(now=timezone.now())
        finally:
            pushing.send_due(now=timezone.now())


@app.periodic(cron="37 4 * * *")
@app.task(name="forget_intake", queueing_lock="forget_intake")
def forget_intake(timestamp: int) -> None:
    """Erase what arrived 90 days ago."""
    arrivals.forget(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="fetch_answers", queueing_lock="fetch_answers")
def fetch_answers(timestamp: int) -> None:
    """Fetch the answers to lead ads of which only the ids arrived."""
    fetching.fetch_due(now=timezone.now())


@app.task(name="fetch_announced")
def fetch_announced() -> None:
    """Fetch the answers to a lead ad that was just announced, or for which there is a token now."""
    fetching.fetch_due(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="forget_puzzles", queueing_lock="forget_puzzles")
def forget_puzzles(timestamp: int) -> None:
    """Delete the used puzzles of forms that have expired."""
    puzzles.forget(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="read_mailbox", queueing_lock="read_mailbox", lock="read_mailbox")
def read_mailbox(timestamp: int) -> None:
    """Process received mails, keep those that offices forward, and notify the operator of quarantined ones."""
    try:
        inbox.poll(now=timezone.now(), others=forwarded.OTHERS)
    finally:
        quarantine.notify_operator(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="read_postboxes", queueing_lock="read_postboxes")
def read_postboxes(timestamp: int) -> None:
    """Read the mailboxes of offices. While one run waits for slow servers, the next reads others."""
    polling.poll(now=timezone.now())


@app.task(name="read_postbox")
def read_postbox(postbox_id: int) -> None:
    """Test and read a mailbox that was just connected."""
    polling.read(postbox_id, now=timezone.now())
