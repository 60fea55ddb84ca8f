"""The funnel's background tasks. State lives in the rows; procrastinate only triggers the work."""

from django.utils import timezone
from procrastinate.contrib.django import app

from accounts.posting import LATER
from funnel import figures, lost_links
from funnel.replies import inbox
from funnel.sending import opt_in_delivery, worker
from funnel.series import maintenance
from funnel.transport import alerts, verification

SWEEP = "sweep_messages"
UPKEEP = "look_after_series"


@app.periodic(cron="* * * * * */10")  # the seconds come last: every ten
@app.task(name=SWEEP, queueing_lock=SWEEP, lock=SWEEP)
def sweep_messages(timestamp: int) -> None:
    """Send due messages, and record the heartbeat."""
    worker.sweep()


@app.periodic(cron="* * * * *")
@app.task(name=UPKEEP, queueing_lock=UPKEEP)
def look_after_series(timestamp: int) -> None:
    """Start series that waited for consent or an address, and end those that are complete."""
    maintenance.resume_ready(now=timezone.now())
    maintenance.finish_completed(now=timezone.now())


@app.periodic(cron="*/15 * * * *")
@app.task(name="count_mails", queueing_lock="count_mails", lock="count_mails")
def count_mails(timestamp: int) -> None:
    """Count the mails of large offices for the funnel's page."""
    figures.keep(now=timezone.now())


@app.task(name="send_opt_in", retry=LATER)
def send_opt_in(opt_in_id: int) -> None:
    """Send a request for consent."""
    opt_in_delivery.deliver(opt_in_id=opt_in_id, now=timezone.now())


@app.task(name="prove_sender", retry=LATER)
def prove_sender(account_id: int) -> None:
    """Send the test mail from an office's own address."""
    verification.send(account_id=account_id)


@app.periodic(cron="17 4 * * *")
@app.task(name="forget_processed", queueing_lock="forget_processed", aliases=["forget_arrivals"])  # as it was called
def forget_processed(timestamp: int) -> None:
    """Delete old records of processed mails."""
    inbox.forget_old(now=timezone.now())


@app.task(name="send_links", retry=LATER)
def send_links(contact_id: int | None, message_id: int | None) -> None:
    """Mail somebody the unsubscribe links of all offices that know the address, if any."""
    lost_links.mail_links(contact_id=contact_id, message_id=message_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="tell_of_holds", queueing_lock="tell_of_holds")
def tell_of_holds(timestamp: int) -> None:
    """Queue alerts of holds."""
    alerts.notify_of_holds(now=timezone.now())


@app.task(name=alerts.HOLD_TASK, retry=LATER)
def tell_of_hold(hold_id: int, user_id: int | None) -> None:
    """Notify one user of a hold, or the operator if None."""
    alerts.mail_hold(hold_id=hold_id, user_id=user_id)


@app.task(name=alerts.DOUBT_TASK, retry=LATER)
def tell_of_doubt(message_id: int, user_id: int) -> None:
    """Ask one user to decide about a reply."""
    alerts.mail_doubt(message_id=message_id, user_id=user_id)
