"""The worker's tasks. `procrastinate` schedules and retries them; their state lives in the rows they work on."""

from django.utils import timezone
from procrastinate.contrib.django import app

from pipeline import leads, reminders, stalled, strays
from pipeline.attempts import AGAIN
from pipeline.deeds import tasks as deed_tasks
from pipeline.duplicates import tasks as duplicate_tasks
from pipeline.imports import tasks as import_tasks

__all__ = ["deed_tasks", "duplicate_tasks", "import_tasks"]  # where the worker finds the rest
KEEP_JOBS_HOURS = 72


@app.periodic(cron="* * * * * */10")  # the seconds come last: every ten
@app.task(name="retry_stalled", queueing_lock="retry_stalled")  # no lock, which a dead rescue would hold for ever
def retry_stalled(timestamp: int) -> None:
    """Give jobs of killed workers to another one, which the queue does not do."""
    stalled.give_back()


@app.periodic(cron="* * * * *")
@app.task(name="remind_of_waiting", queueing_lock="remind_of_waiting")
def remind_of_waiting(timestamp: int) -> None:
    """Have people told of leads that wait too long for a first answer."""
    reminders.remind(now=timezone.now())


@app.periodic(cron="7 * * * *")
@app.task(name="erase_expired", queueing_lock="erase_expired", retry=AGAIN)
def erase_expired(timestamp: int) -> None:
    """Erase contacts that have been in the trash for 30 days."""
    leads.erase_expired(now=timezone.now())


@app.periodic(cron="27 * * * *")
@app.task(name="forget_strays", queueing_lock="forget_strays")
def forget_strays(timestamp: int) -> None:
    """Delete uploaded files without a row."""
    strays.forget(now=timezone.now())


@app.periodic(cron="47 3 * * *")
@app.task(name="forget_jobs", queueing_lock="forget_jobs")
async def forget_jobs(timestamp: int) -> None:
    """Delete the queue's rows of finished jobs."""
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_JOBS_HOURS, include_failed=True, include_cancelled=True)
