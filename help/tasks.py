"""What the background worker does for this room."""

from django.utils import timezone
from procrastinate.contrib.django import app

from help.feedback import deliver_waiting


@app.periodic(cron="*/5 * * * *")
@app.task(name="send_feedback", queueing_lock="send_feedback")
def send_feedback(timestamp: int) -> None:
    """Feedback whose mail failed."""
    deliver_waiting(now=timezone.now())
