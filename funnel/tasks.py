"""What the background worker does for the funnel. The message rows are the truth; `procrastinate` only wakes us."""

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from accounts import posting
from funnel import lost_links
from funnel.replies import inbox, quarantine
from funnel.sending import opt_in_delivery, worker
from funnel.series import maintenance
from funnel.transport import notices, verification

SWEEP = "sweep_messages"
UPKEEP = "look_after_series"
# Over three days, as a mail of a series is tried: soon at first, in the end every one and a half hours.
LATER = RetryStrategy(
    max_attempts=93, wait=60, linear_wait=60, retry_exceptions={opt_in_delivery.NotTaken, verification.NotTaken}
)


@app.periodic(cron="* * * * * */10")  # the seconds come last: every ten
@app.task(name=SWEEP, queueing_lock=SWEEP, lock=SWEEP)
def sweep_messages(timestamp: int) -> None:
    """Sends what is due, and gives the sign of life that pages look for."""
    worker.sweep()


@app.periodic(cron="* * * * *")
@app.task(name=UPKEEP, queueing_lock=UPKEEP)
def look_after_series(timestamp: int) -> None:
    """Begins the series that waited for a consent or an address and have it now; ends those that are through."""
    maintenance.resume_ready(now=timezone.now())
    maintenance.finish_completed(now=timezone.now())


@app.task(name="send_opt_in", retry=LATER)
def send_opt_in(opt_in_id: int) -> None:
    """A question for consent that somebody asked for."""
    opt_in_delivery.deliver(opt_in_id=opt_in_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="read_mailbox", queueing_lock="read_mailbox", lock="read_mailbox")
def read_mailbox(timestamp: int) -> None:
    """Replies, bounces and complaints that came back. What had to be set aside is told to the operator."""
    try:
        inbox.poll(now=timezone.now())
    finally:
        quarantine.notify_operator(now=timezone.now())


@app.task(name="prove_sender", retry=LATER)
def prove_sender(account_id: int) -> None:
    """The test mail from an office's own address."""
    verification.send(account_id=account_id)


@app.periodic(cron="17 4 * * *")
@app.task(name="forget_arrivals", queueing_lock="forget_arrivals")
def forget_arrivals(timestamp: int) -> None:
    """Which mails were read long ago."""
    inbox.forget_old(now=timezone.now())


@app.task(name="send_links", retry=posting.LATER)
def send_links(contact_id: int | None, message_id: int | None) -> None:
    """The links that somebody lost; for an address that no office knows there is nothing to do."""
    lost_links.mail_links(contact_id=contact_id, message_id=message_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="tell_of_holds", queueing_lock="tell_of_holds")
def tell_of_holds(timestamp: int) -> None:
    """Whoever must know that the sending is held."""
    notices.notify_of_holds(now=timezone.now())


@app.task(name=notices.HOLD_TASK, retry=posting.LATER)
def tell_of_hold(hold_id: int, user_id: int | None) -> None:
    """One of them; None: the operator."""
    notices.mail_hold(hold_id=hold_id, user_id=user_id)


@app.task(name=notices.DOUBT_TASK, retry=posting.LATER)
def tell_of_doubt(message_id: int, user_id: int) -> None:
    """Somebody who is to judge an answer."""
    notices.mail_doubt(message_id=message_id, user_id=user_id)
