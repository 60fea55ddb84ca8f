"""What the background worker does. `procrastinate` wakes and repeats; the rows it works on are the truth."""

from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from pipeline import deed_jobs, import_files, import_jobs, import_undoing, leads, stalled, strays
from pipeline.models import Import

KEEP_JOBS_HOURS = 72
MOST_ATTEMPTS = 5
# A database that restarts is worth waiting for; any other fault would only happen again.
AGAIN = RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=5, retry_exceptions={OperationalError})
LARGE = 2000  # rows; a larger import must not keep a smaller one waiting
# So many large imports run at once in the whole installation: the memory of the worker stays bounded.
LANES = 4


@app.task(name="read_import", retry=AGAIN, pass_context=True)
def read_import(context: JobContext, import_id: int) -> None:
    """What an uploaded file is."""
    _import(import_jobs.read, import_id, context)


@app.task(name="check_import", retry=AGAIN, pass_context=True)
def check_import(context: JobContext, import_id: int) -> None:
    """The dry run of an uploaded file."""
    _import(import_jobs.check, import_id, context)


@app.task(name="run_import", retry=AGAIN, pass_context=True)
def run_import(context: JobContext, import_id: int) -> None:
    """The import of a checked file."""
    _import(import_jobs.run, import_id, context)


@app.task(name="undo_import", retry=AGAIN, pass_context=True)
def undo_import(context: JobContext, import_id: int) -> None:
    """Takes back what an import wrote."""
    _attempt(
        lambda: import_undoing.carry_out(import_id=import_id, now=timezone.now()),
        lambda: import_undoing.give_up(import_id=import_id),
        context,
    )


def hand_over(task: Any, source: Import) -> None:
    """Gives the worker a step of an import. Offices do not wait for each other, nor a small file for a large one."""
    lock = f"{task.name} {source.account_id}"
    if source.rows_total > LARGE and source.state != Import.State.READING:
        lock = min((f"large import {lane}" for lane in range(LANES)), key=_waiting)
    task.configure(lock=lock).defer(import_id=source.pk)


def _waiting(lock: str) -> int:
    manager = app.job_manager
    return sum(len(list(manager.list_jobs(lock=lock, status=status))) for status in ("todo", "doing"))


@app.task(name="carry_on_deed", retry=AGAIN, pass_context=True)
def carry_on_deed(context: JobContext, deed_id: int) -> None:
    """A change of many contacts, or its taking back, part by part."""
    _attempt(
        lambda: deed_jobs.run(deed_id=deed_id, now=timezone.now),
        lambda: deed_jobs.give_up(deed_id=deed_id),
        context,
    )


@app.periodic(cron="17 * * * *")
@app.task(name="forget_deeds", queueing_lock="forget_deeds")
def forget_deeds(timestamp: int) -> None:
    """What was done to many at once, a day after it was."""
    deed_jobs.forget_old(now=timezone.now())


@app.periodic(cron="* * * * * */10")  # the seconds come last: every ten
@app.task(
    name="retry_stalled", queueing_lock="retry_stalled"
)  # no lock, which a dead rescue would hold for ever
def retry_stalled(timestamp: int) -> None:
    """Gives the jobs of a worker that was killed to another one: the queue does not do so by itself."""
    stalled.give_back()


@app.periodic(cron="7 * * * *")
@app.task(name="erase_expired", queueing_lock="erase_expired")
def erase_expired(timestamp: int) -> None:
    """Contacts that have been in the trash for 30 days."""
    leads.erase_expired(now=timezone.now())


@app.periodic(cron="37 3 * * *")
@app.task(name="forget_imports", queueing_lock="forget_imports")
def forget_imports(timestamp: int) -> None:
    """Uploaded files and their reports after 30 days."""
    import_files.forget_old(now=timezone.now())
    import_undoing.forget_old(now=timezone.now())


@app.periodic(cron="27 * * * *")
@app.task(name="forget_strays", queueing_lock="forget_strays")
def forget_strays(timestamp: int) -> None:
    """Uploaded files that belong to nothing."""
    strays.forget(now=timezone.now())


@app.periodic(cron="47 3 * * *")
@app.task(name="forget_jobs", queueing_lock="forget_jobs")
async def forget_jobs(timestamp: int) -> None:
    """The queue's own rows of jobs that are done."""
    await app.job_manager.delete_old_jobs(
        nb_hours=KEEP_JOBS_HOURS, include_failed=True, include_cancelled=True
    )


def _attempt(work: Callable[[], None], give_up: Callable[[], None], context: JobContext) -> None:
    """Does the work. After a fault that is not tried again it is given up, so that nobody waits for it for ever.

    Work that killed its worker each time never got as far as a fault: it is counted and given up here.
    """
    if context.job.attempts > MOST_ATTEMPTS:
        give_up()
        return
    try:
        work()
    except Exception as fault:
        if not isinstance(fault, OperationalError) or context.job.attempts >= MOST_ATTEMPTS:
            give_up()
        raise


def _import(work: Callable[..., None], import_id: int, context: JobContext) -> None:
    sentence = _("Der Import ist an einem unerwarteten Fehler gescheitert; es wurde nichts übernommen.")
    _attempt(
        lambda: work(import_id=import_id, now=timezone.now()),
        lambda: import_jobs.fail(import_id=import_id, sentence=sentence, now=timezone.now()),
        context,
    )
