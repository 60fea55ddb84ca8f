"""The worker's tasks for imports."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate import JobContext
from procrastinate.contrib.django import app

from pipeline.attempts import AGAIN, attempt
from pipeline.imports import files, jobs, undoing
from pipeline.models import Import, ImportState

LARGE = 2000  # rows; a larger import must not keep a smaller one waiting
# At most this many large imports run at once in the whole installation, to bound the worker's memory.
LANES = 4


@app.task(name="read_import", retry=AGAIN, pass_context=True)
def read_import(context: JobContext, import_id: int) -> None:
    """Read an uploaded file."""
    _import(jobs.read, import_id, context)


@app.task(name="check_import", retry=AGAIN, pass_context=True)
def check_import(context: JobContext, import_id: int) -> None:
    """Make the dry run of an uploaded file."""
    _import(jobs.check, import_id, context)


@app.task(name="run_import", retry=AGAIN, pass_context=True)
def run_import(context: JobContext, import_id: int) -> None:
    """Import a checked file."""
    _import(jobs.run, import_id, context)


@app.task(name="undo_import", retry=AGAIN, pass_context=True)
def undo_import(context: JobContext, import_id: int) -> None:
    """Undo an import."""
    attempt(
        lambda: undoing.run(import_id=import_id, now=timezone.now()),
        lambda: undoing.give_up(import_id=import_id),
        context,
    )


def hand_over(task: Any, source: Import) -> None:
    """Defer a step of an import. Offices do not wait for each other, nor small files for large ones."""
    lock = f"{task.name} {source.account_id}"
    if source.rows_total > LARGE and source.state != ImportState.READING:
        lock = min((f"large import {lane}" for lane in range(LANES)), key=_waiting)
    task.configure(lock=lock).defer(import_id=source.pk)


def _waiting(lock: str) -> int:
    manager = app.job_manager
    return sum(len(list(manager.list_jobs(lock=lock, status=status))) for status in ("todo", "doing"))


@app.periodic(cron="37 3 * * *")
@app.task(name="forget_imports", queueing_lock="forget_imports")
def forget_imports(timestamp: int) -> None:
    """Delete uploaded files and their reports after 30 days."""
    files.forget_old(now=timezone.now())
    undoing.forget_old(now=timezone.now())


def _import(work: Callable[..., None], import_id: int, context: JobContext) -> None:
    sentence = _("Der Import ist an einem unerwarteten Fehler gescheitert; es wurde nichts übernommen.")
    attempt(
        lambda: work(import_id=import_id, now=timezone.now()),
        lambda: jobs.fail(import_id=import_id, sentence=sentence, now=timezone.now()),
        context,
    )
