"""Deeds too large for a request: the worker applies them in batches, each in its own transaction.

The columns of the office are locked for one batch at a time, and after a crash the next batch continues.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from base.refusals import Refusal
from pipeline.deeds import apply, revert
from pipeline.models import Deed, DeedPart, DeedState

KEPT = timedelta(days=1)


def run(*, deed_id: int, now: Callable[[], datetime]) -> None:
    """Apply, or undo, the deed until nothing is left. Idempotent; can be resumed after a crash."""
    while _advance(deed_id, now()):
        pass


def give_up(*, deed_id: int) -> None:
    """End a job after an unexpected error; what it has done so far can be undone."""
    with transaction.atomic():
        deed = _locked(deed_id)
        if deed and deed.is_busy:
            _end(deed, _("Ein unerwarteter Fehler: Bitte prüfen Sie, wie weit die Änderung gekommen ist."))


def forget_old(*, now: datetime) -> None:
    """Delete deeds older than a day, with their parts, in all offices."""
    Deed.objects.filter(at__lt=now - KEPT).delete()


@transaction.atomic
def _advance(deed_id: int, now: datetime) -> bool:
    deed = _locked(deed_id)
    if deed is None or not deed.is_busy:
        return False
    if deed.state == DeedState.DOING and deed.count == 0:
        deed.at = now  # the ten minutes begin with the first contact that is changed
        deed.save(update_fields=["at"])
    try:
        with transaction.atomic():
            is_left = _step(deed, now)
    except Refusal as refusal:
        _end(deed, refusal.sentence)
        return False
    if not is_left:
        _end(deed)
    return is_left


def _step(deed: Deed, now: datetime) -> bool:
    if deed.state == DeedState.DOING:
        return apply.step(deed, deed.actor)
    user = User.objects.of(deed.account_id).select_related("account").get(pk=deed.asked["by"])
    return revert.step(deed, user, now)


def _end(deed: Deed, error: str = "") -> None:
    """End the job. If it was refused halfway, it keeps what was done; the remaining contacts are dropped."""
    is_undone = deed.state == DeedState.UNDOING and not error and not revert.is_in_vain(deed)
    deed.state, deed.error = DeedState.UNDONE if is_undone else DeedState.DONE, error
    deed.save(update_fields=["state", "error"])
    DeedPart.objects.of(deed.account_id).filter(deed=deed, version=None).delete()


def _locked(deed_id: int) -> Deed | None:
    deeds = Deed.objects.select_related("actor__account").select_for_update(of=("self",))
    return deeds.filter(pk=deed_id).first()
