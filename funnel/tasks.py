"""What the background worker does for the funnel. The message rows are the truth; `procrastinate` only wakes us."""

from django.utils import timezone
from procrastinate.contrib.django import app

from funnel import enrolments, outbox

SWEEP = "sweep_messages"


@app.periodic(cron="*/10 * * * * *")  # with seconds: every ten
@app.task(name=SWEEP, queueing_lock=SWEEP, lock=SWEEP)
def sweep_messages(timestamp: int) -> None:
    """Sends what is due, and gives the sign of life that pages look for."""
    outbox.sweep()


@app.periodic(cron="* * * * *")
@app.task(name="resume_ready", queueing_lock="resume_ready")
def resume_ready(timestamp: int) -> None:
    """Begins the series that waited for a consent or an address and have it now."""
    enrolments.resume_ready(now=timezone.now())
