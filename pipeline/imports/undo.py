"""Undoing an import within seven days: whether it is offered, requesting it, and its result."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from base.refusals import Conflict
from pipeline.imports import tasks
from pipeline.imports.telling import tell
from pipeline.imports.undoing import REVERTED, TRASHED, UNDO, left
from pipeline.models import Import, ImportState, Trace

MAX_NAMED = 100


def can_undo(source: Import, now: datetime) -> bool:
    """Return whether „Import zurücknehmen“ is offered."""
    is_recent = source.finished_at is not None and now - source.finished_at < UNDO
    return source.state == ImportState.DONE and is_recent and left(source).exists()


@transaction.atomic
def ask(*, source: Import, user: User, now: datetime) -> None:
    """Have the worker undo the import. Idempotent. Raises Conflict if it is too late."""
    locked = Import.objects.of(source.account).select_for_update(of=("self",), no_key=True).get(pk=source.pk)
    if locked.state in (ImportState.UNDOING, ImportState.UNDONE):
        return
    if not can_undo(locked, now):
        raise Conflict(_("Ein Import lässt sich nur sieben Tage lang zurücknehmen."))
    locked.state, locked.rows_done = ImportState.UNDOING, 0
    locked.options |= {"undone_by": user.pk}
    locked.save(update_fields=["state", "rows_done", "options"])
    tell(locked)
    tasks.hand_over(tasks.undo_import, locked)


def state_of(source: Import, now: datetime) -> dict[str, Any]:
    """Return the context of `_import_undo.html`."""
    kept = Trace.objects.of(source.account).filter(source=source).exclude(kept="").select_related("contact")
    is_undone = source.state == ImportState.UNDONE
    return {
        "is_offered": can_undo(source, now),
        "until": source.finished_at and source.finished_at + UNDO,
        "trashed": source.counts.get(TRASHED, 0),
        "reverted": source.counts.get(REVERTED, 0),
        "kept_count": kept.count() if is_undone else 0,
        "kept": list(kept.order_by("contact")[:MAX_NAMED]) if is_undone else [],
    }
