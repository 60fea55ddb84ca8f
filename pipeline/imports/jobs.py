"""The worker's jobs for an uploaded file: reading it, the dry run, and the import itself.

Each can be run again after the worker was killed, because nothing of the first attempt was committed. Only one import
of an office writes at a time; if another one was faster, the plan is made again before writing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from base import notices
from base.batches import rare_collections
from base.copying import as_json, copy_in
from base.refusals import NotUnderstood, Refusal
from contacts.csv.sheet import Entry
from pipeline.imports import files, keeping
from pipeline.imports.mails import Mails, forecast, sentences
from pipeline.imports.plan import MAX_REASON_LENGTH, Line, Plan, make_plan
from pipeline.imports.telling import tell
from pipeline.imports.words import Words
from pipeline.imports.write import Writer
from pipeline.models import Import, ImportRow, ImportState

LOCK_CLASS = 4712  # of the advisory locks: one for each office's imports
MAX_LINES = 20  # named in a sentence
WRITTEN = (ImportRow.Outcome.CREATED, ImportRow.Outcome.UPDATED)
Row = tuple[int, int, int, str, str, str, str, str, str, int | None]


def read(*, import_id: int, now: datetime) -> None:
    """Read an uploaded file. If it cannot be read, the import fails and the file is deleted."""
    with transaction.atomic():
        source = Import.objects.select_related("account").select_for_update(of=("self",), no_key=True).get(pk=import_id)
        if source.state != ImportState.READING:
            return
        source.state, source.error, source.finished_at = ImportState.UPLOADED, "", None
        try:
            files.read(source)
        except NotUnderstood as refusal:
            source.state, source.error, source.finished_at = ImportState.FAILED, refusal.sentence[:500], now
            files.drop(source)
        source.save(update_fields=["state", "error", "finished_at", "file", "mapping", "options", "rows_total"])
        tell(source)


def check(*, import_id: int, now: datetime) -> None:
    """Make the dry run, which leaves a report of every row. Idempotent."""
    with _working_on(import_id, ImportState.CHECKING) as source:
        if source is None:
            return
        with Progress(source) as report, rare_collections():
            plan = make_plan(source, keeping.keep(source, files.entries_of(source)), report, now)
            _save_report(source, plan)
            mails = forecast(source.account, plan.people)
        _finish(source, ImportState.CHECKED, plan.counts, mails, now)
        tell(source)


def run(*, import_id: int, now: datetime) -> None:
    """Write the import, all or nothing. Idempotent, even if called concurrently."""
    with _working_on(import_id, ImportState.IMPORTING) as source:
        if source is None:
            return
        with Progress(source, stages=2) as report, rare_collections():
            before = _done(source)
            plan = make_plan(source, _entries(source), report, now)
            if not _is_alone(source):
                return
            if _done(source) != before:
                del plan
                report.begin_again()
                plan = make_plan(source, _entries(source), report, now)
            if plan.invalid_lines and not source.options.get("valid_only"):
                raise NotUnderstood(invalid_rows(plan.invalid_lines))
            report.next_stage(len(plan.people.pending))
            enrol = bool(source.options.get("enrol"))
            writer = Writer(plan.people, source.account, source.user, now, report, enrol=enrol)
            writer.write(source)
            _save_report(source, plan, writer)
            keeping.forget(source)
        _finish(source, ImportState.DONE, plan.counts, writer.mails, now)
        tell(source, None, {*writer.columns})


@transaction.atomic
def fail(*, import_id: int, sentence: str, now: datetime) -> None:
    """End an import that failed; nothing of it was written."""
    busy = (ImportState.READING, ImportState.CHECKING, ImportState.IMPORTING)
    pending = Import.objects.filter(pk=import_id, state__in=busy)
    if pending.update(state=ImportState.FAILED, error=sentence[:500], finished_at=now):
        tell(Import.objects.get(pk=import_id))


def invalid_rows(lines: list[int]) -> str:
    """Return the sentence that refuses a file because of these lines."""
    named = ", ".join(map(str, lines[:MAX_LINES])) + (" …" if len(lines) > MAX_LINES else "")
    return _("Nichts übernommen: fehlerhafte Zeilen %(lines)s.") % {"lines": named}


class Progress:
    """Reports progress on a connection of its own, since the work itself is a single transaction.

    Progress never decreases: if the work starts again, because the worker was killed or another import was faster, it
    is marked as resumed (`Import.options`) until it gets further than before. The transaction must not write the
    import's row before this is closed: the two would deadlock.
    """

    PAUSE = 0.5  # seconds between two statements

    def __init__(self, source: Import, stages: int = 1) -> None:
        self.source, self.stages = source, stages
        self.stage, self.size = 0, source.rows_total
        self.reported_at = time.monotonic()
        self.shown = source.rows_done
        self.aside = connection.copy()

    def __enter__(self) -> "Progress":
        self.begin_again()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.aside.close()

    def begin_again(self) -> None:
        """Mark the work as resumed: it starts again from the first row."""
        if self.shown:
            self._write("options = options || '{\"resumed\": true}'")

    def next_stage(self, size: int) -> None:
        self.stage, self.size = self.stage + 1, size

    def __call__(self, done: int) -> None:
        """Report how many rows of the current stage are done, at most every PAUSE seconds."""
        if time.monotonic() - self.reported_at < self.PAUSE:
            return
        part = (self.stage + min(done / max(self.size, 1), 1)) / self.stages
        rows = int(part * self.source.rows_total)
        if rows > self.shown:
            self.shown = rows
            self._write("rows_done = %(rows)s, options = options - 'resumed'")
        self.reported_at = time.monotonic()

    def _write(self, what: str) -> None:
        """Write it. No open page is told: the import's own page asks by itself, and no other shows it."""
        with self.aside.cursor() as cursor:
            values = {"rows": self.shown, "id": self.source.pk}
            cursor.execute(f"UPDATE pipeline_import SET {what} WHERE id = %(id)s", values)


@contextmanager
def _working_on(import_id: int, state: str) -> Iterator[Import | None]:
    """Yield the import if it is in this state, else None. A refusal fails the import and rolls back."""
    try:
        with transaction.atomic():
            source = Import.objects.select_related("account", "user").get(pk=import_id)
            with timezone.override(source.account.zone), notices.as_one(notices.Kind.IMPORTED):
                yield source if source.state == state else None
    except Refusal as refusal:
        fail(import_id=import_id, sentence=refusal.sentence, now=timezone.now())


def _entries(source: Import) -> Iterator[Entry]:
    """Return what the dry run has read; if it is not kept, from the file."""
    return keeping.kept(source) or files.entries_of(source)


def _is_alone(source: Import) -> bool:
    """Wait until no other import of the office writes; return whether this one is still to be written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, source.account_id])
    source.refresh_from_db(fields=["state"])
    return source.state == ImportState.IMPORTING


def _done(source: Import) -> int:
    """Return the number of finished imports of the office."""
    return Import.objects.of(source.account).filter(state=ImportState.DONE).count()


def _save_report(source: Import, plan: Plan, writer: Writer | None = None) -> None:
    ImportRow.objects.of(source.account).filter(source=source).delete()
    columns = (
        "account_id",
        "source_id",
        "line",
        "outcome",
        "name",
        "reason",
        "changes",
        "candidates",
        "named",
        "contact_id",
    )
    by_contact = sentences(writer.started) if writer else {}

    words = Words(source.account)

    def cells(row: Line) -> Row:
        contact = writer.contact_id(row.key) if writer else _present(row.key)
        mails = by_contact.pop(contact or 0, "") if row.outcome in WRITTEN else ""
        reason = f"{row.reason} {mails}".strip()[:MAX_REASON_LENGTH]
        changes = as_json(words.describe(row.changed))
        candidates = as_json([] if writer else [*row.candidates])
        named = as_json([pk for key in row.named if (pk := writer.contact_id(key) if writer else _present(key))])
        return (
            source.account_id,
            source.pk,
            row.line,
            row.outcome,
            row.name,
            reason,
            changes,
            candidates,
            named,
            contact,
        )

    copy_in(ImportRow, columns, map(cells, plan.lines))


def _present(key: int | None) -> int | None:
    return key if key is not None and key > 0 else None


def _finish(source: Import, state: str, counts: dict[str, int], mails: Mails, now: datetime) -> None:
    Import.objects.of(source.account).filter(pk=source.pk).update(
        state=state,
        counts=counts,
        mails=mails.stored,
        error="",
        rows_done=source.rows_total,
        finished_at=now,
    )
