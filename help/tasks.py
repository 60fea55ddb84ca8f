"""The worker's tasks for feedback."""

from django.utils import timezone
from procrastinate.contrib.django import app

from help.feedback import deliver_waiting


@app.periodic(cron="*/5 * * * *")
@app.task(name="send_feedback", queueing_lock="send_feedback")
def send_feedback(timestamp: int) -> None:
    """Mail feedback whose mail failed before."""
    deliver_waiting(now=timezone.now())
