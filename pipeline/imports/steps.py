"""The steps of an import that users take: uploading, mapping the columns, starting the dry run and the import.

The worker does the work itself (`imports.jobs`); each step defers one job in its own transaction.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base.refusals import Conflict, NotUnderstood
from pipeline import strays
from pipeline.imports import tasks
from pipeline.imports.files import READ
from pipeline.imports.jobs import MAX_LINES, invalid_rows
from pipeline.imports.mails import Mails, refuse_too_many
from pipeline.imports.plan import mapping_of, refuse_assignees
from pipeline.imports.telling import tell
from pipeline.models import Import, ImportRow, ImportState

BUSY = (ImportState.READING, ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING)
OVER = (ImportState.DONE, ImportState.UNDONE)
MAX_FILE_SIZE = 50_000_000  # bytes


@transaction.atomic
def receive(*, user: User, upload: UploadedFile, now: datetime) -> Import:
    """Store the file and have the worker read it. Raises NotUnderstood if it is empty or too large.

    The content is not read here, so that the page responds at once for any file.
    """
    if (upload.size or 0) > MAX_FILE_SIZE:
        raise NotUnderstood(_("Die Datei ist zu groß: höchstens 50 MB. Bitte teilen Sie sie auf."))
    if not upload.size:
        raise NotUnderstood(_("Zeile 1: Die Datei ist leer."))
    source = Import(account=user.account, user=user, file_name=_printable(upload.name or ""), created_at=now)
    name = f"{uuid.uuid4().hex}.csv"
    with strays.only_with_its_row(source.file, name):
        source.file.save(name, upload, save=False)
        source.save(force_insert=True)
        tell(source)
        tasks.hand_over(tasks.read_import, source)
    return source


@transaction.atomic
def read_again(*, source: Import, header_line: int, repair: str) -> None:
    """Have the worker propose the columns again, with other headers or repaired umlauts. Raises like `configure`."""
    locked = _mappable(source)
    locked.options |= {"header_line": header_line, "repair": repair}
    locked.options.pop("is_mapped", None)
    _start_reading(locked)


def find(account: Account, import_id: int) -> Import:
    """Return the office's import. Raises Http404 if there is none with this id."""
    source = Import.objects.of(account).filter(pk=import_id).select_related("account", "user").first()
    if source is None:
        raise Http404
    return source


def can_be_mapped(source: Import) -> bool:
    """Return whether its columns may still be mapped."""
    return bool(source.file) and "shape" in source.options and source.state not in (*BUSY, *OVER)


@transaction.atomic
def configure(*, source: Import, mapping: Mapping[int, str], options: Mapping[str, Any]) -> bool:
    """Store the choices of the mapping step and start the dry run; return whether it was started.

    It is not if the status is mapped to another column than before: its words must be shown first. Raises Forbidden
    for colleagues without the plan, Conflict while the worker has the import or after it was written.
    """
    refuse_assignees(source.account, dict(mapping))
    locked = _mappable(source)
    asks_again = bool(_status_columns(mapping) - _status_columns(mapping_of(locked)))
    kept = {name: locked.options.get(name) for name in READ}
    locked.options = kept | dict(options)
    locked.mapping = {str(index): key for index, key in mapping.items()}
    if asks_again:
        locked.options["is_mapped"] = True
        _start_reading(locked)
        return False
    _start_checking(locked)
    return True


@transaction.atomic
def choose(*, source: Import, chosen: Mapping[int, int | None]) -> bool:
    """Store the contacts chosen for these rows (None: a new one); return whether a new dry run was started.

    It is if a choice has changed. Raises Conflict for a file that is not checked.
    """
    locked = _lock(source)
    before = locked.options.get("chosen", {})
    after = before | {str(line): mark for line, mark in chosen.items()}
    after = {line: mark for line, mark in after.items() if mark is not None}
    if after == before:
        return False
    if locked.state != ImportState.CHECKED:
        raise Conflict(_("Bitte lassen Sie die Datei erst prüfen."))
    locked.options["chosen"] = after
    _start_checking(locked)
    return True


@transaction.atomic
def start(*, source: Import, valid_only: bool = False, enrol: bool = False) -> None:
    """Have the worker import the checked rows. Idempotent.

    With `enrol` the series of the statuses begin for those who may be mailed; else nobody is mailed. Raises
    NotUnderstood for a file with invalid rows, unless `valid_only` is set, and for more series than may begin at once;
    Conflict for a file that was not checked.
    """
    locked = _lock(source)
    if locked.state in (ImportState.IMPORTING, ImportState.UNDOING, *OVER):
        return
    if locked.state != ImportState.CHECKED:
        raise Conflict(_("Bitte lassen Sie die Datei erst prüfen."))
    if not valid_only and locked.counts.get(ImportRow.Outcome.INVALID):
        raise NotUnderstood(invalid_rows(lines_at_fault(locked)))
    if enrol:
        refuse_too_many(Mails.read(locked.mails))
    locked.options |= {"valid_only": valid_only, "enrol": enrol, "resumed": False}
    locked.state, locked.rows_done, locked.finished_at = ImportState.IMPORTING, 0, None
    locked.save(update_fields=["options", "state", "rows_done", "finished_at"])
    tell(locked)
    tasks.hand_over(tasks.run_import, locked)


def lines_at_fault(source: Import) -> list[int]:
    """Return the lines of the first invalid rows, one more than are ever named."""
    rows = ImportRow.objects.of(source.account).filter(source=source, outcome=ImportRow.Outcome.INVALID)
    return list(rows.order_by("line").values_list("line", flat=True)[: MAX_LINES + 1])


def _mappable(source: Import) -> Import:
    locked = _lock(source)
    if not can_be_mapped(locked):
        raise Conflict(
            _("Dieser Import läuft gerade, ist abgeschlossen oder zu alt. Bitte laden Sie die Datei neu hoch.")
        )
    return locked


def _start_reading(locked: Import) -> None:
    _start_over(locked, ImportState.READING)
    tasks.hand_over(tasks.read_import, locked)


def _start_checking(locked: Import) -> None:
    _start_over(locked, ImportState.CHECKING)
    tasks.hand_over(tasks.check_import, locked)


def _start_over(locked: Import, state: str) -> None:
    locked.state, locked.rows_done, locked.error, locked.finished_at = state, 0, "", None
    locked.save(update_fields=["mapping", "options", "state", "rows_done", "error", "finished_at"])
    tell(locked)


def _printable(name: str) -> str:
    """Return the file's name for display; it is never used as a path."""
    return "".join(sign for sign in name if sign.isprintable())[-200:] or _("ohne Namen")


def _lock(source: Import) -> Import:
    imports = Import.objects.of(source.account).select_related("account", "user")
    return imports.select_for_update(of=("self",), no_key=True).get(pk=source.pk)


def _status_columns(mapping: Mapping[int, str]) -> set[int]:
    return {index for index, key in mapping.items() if key == "status"}
