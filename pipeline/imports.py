"""The steps of an import that people take: choosing what the columns mean, starting the dry run, taking the rows over.

The work itself is done by the background worker (`import_jobs`); each step hands it one job in its own transaction.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.refusals import Conflict, NotUnderstood
from pipeline import tasks
from pipeline.import_files import statuses_in
from pipeline.import_jobs import MOST_LINES, invalid_rows
from pipeline.import_mails import Mails, refuse_too_many
from pipeline.import_plan import mapping_of, refuse_assignees
from pipeline.models import Import, ImportRow

State = Import.State
BUSY = (State.CHECKING, State.RUNNING, State.UNDOING)
OVER = (State.DONE, State.UNDONE)


def find(account: Account, import_id: int) -> Import:
    """The office's import. Raises Http404."""
    source = Import.objects.of(account).filter(pk=import_id).select_related("account", "user").first()
    if source is None:
        raise Http404
    return source


def can_be_mapped(source: Import) -> bool:
    """Whether its columns may still be given another meaning."""
    return bool(source.file) and source.state not in (*BUSY, *OVER)


@transaction.atomic
def configure(*, source: Import, mapping: Mapping[int, str], options: Mapping[str, Any]) -> bool:
    """Keeps the choices of the mapping step and starts the dry run; answers whether it was started.

    It is not if the status comes from another column than before: its words must be shown first. Raises Forbidden for
    colleagues without the plan, Conflict while the worker has the import or after it was carried out.
    """
    refuse_assignees(source.account, dict(mapping))
    locked = _lock(source)
    if not can_be_mapped(locked):
        raise Conflict(
            _(
                "Dieser Import läuft gerade, ist abgeschlossen oder zu alt. Bitte laden Sie die Datei neu hoch."
            )
        )
    asks_again = _status_columns(mapping) != _status_columns(mapping_of(locked)) and bool(
        _status_columns(mapping)
    )
    kept = {name: locked.options.get(name) for name in ("headers", "preview", "statuses")}
    locked.options = kept | dict(options)
    if asks_again:
        locked.options["statuses"] = statuses_in(locked, mapping)
    locked.mapping = {str(index): key for index, key in mapping.items()}
    locked.state = State.UPLOADED if asks_again else State.CHECKING
    locked.rows_done, locked.error, locked.finished_at = 0, "", None
    locked.save(update_fields=["mapping", "options", "state", "rows_done", "error", "finished_at"])
    if not asks_again:
        tasks.check_import.defer(import_id=locked.pk)
    return not asks_again


@transaction.atomic
def start(*, source: Import, valid_only: bool = False, enrol: bool = False) -> None:
    """Has the worker take the checked rows over. A repeat while it runs, or after, has no second effect.

    `enrol`: the series of the statuses begin for those who may be mailed; unasked, nobody is mailed. Raises
    NotUnderstood for a file with invalid rows, unless only the valid ones are wanted, and for more series than may
    begin at once; Conflict for a file that was not checked.
    """
    locked = _lock(source)
    if locked.state in (State.RUNNING, State.UNDOING, *OVER):
        return
    if locked.state != State.CHECKED:
        raise Conflict(_("Bitte lassen Sie die Datei erst prüfen."))
    if not valid_only and locked.counts.get(ImportRow.Outcome.INVALID):
        raise NotUnderstood(invalid_rows(lines_at_fault(locked)))
    if enrol:
        refuse_too_many(Mails.read(locked.mails))
    locked.options |= {"valid_only": valid_only, "enrol": enrol}
    locked.state, locked.rows_done, locked.finished_at = State.RUNNING, 0, None
    locked.save(update_fields=["options", "state", "rows_done", "finished_at"])
    tasks.run_import.defer(import_id=locked.pk)


def lines_at_fault(source: Import) -> list[int]:
    """The first rows of the file that cannot be taken, one more than is ever named."""
    rows = ImportRow.objects.of(source.account).filter(source=source, outcome=ImportRow.Outcome.INVALID)
    return list(rows.order_by("line").values_list("line", flat=True)[: MOST_LINES + 1])


def _lock(source: Import) -> Import:
    imports = Import.objects.of(source.account).select_related("account", "user")
    return imports.select_for_update(of=("self",), no_key=True).get(pk=source.pk)


def _status_columns(mapping: Mapping[int, str]) -> set[int]:
    return {index for index, key in mapping.items() if key == "status"}
