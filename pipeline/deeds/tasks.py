"""The worker's tasks for deeds."""

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from pipeline.attempts import AGAIN, attempt
from pipeline.deeds import jobs


@app.task(name="carry_on_deed", retry=AGAIN, pass_context=True)
def continue_deed(context: JobContext, deed_id: int) -> None:
    """Apply or undo a deed in batches."""
    attempt(
        lambda: jobs.run(deed_id=deed_id, now=timezone.now),
        lambda: jobs.give_up(deed_id=deed_id),
        context,
    )


@app.periodic(cron="17 * * * *")
@app.task(name="forget_deeds", queueing_lock="forget_deeds")
def forget_deeds(timestamp: int) -> None:
    """Delete deeds after a day."""
    jobs.forget_old(now=timezone.now())
