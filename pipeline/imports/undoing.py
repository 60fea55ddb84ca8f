"""The worker's job that undoes an import: what is still as the import wrote it is restored, the rest is kept."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.meta import field_of
from base.notices import Seen
from contacts import actions, facts
from contacts.derived import FIELDS as DERIVED
from contacts.derived import derive
from contacts.kinds import Kind
from contacts.models import Action, Change, Consent, Contact
from pipeline import leads
from pipeline.cards import bulk
from pipeline.columns import verbs
from pipeline.imports.telling import tell
from pipeline.imports.traces import stored
from pipeline.models import Card, Column, Import, ImportState, Move, Trace

UNDO = timedelta(days=7)
PART = 200  # contacts at a time, so that the board's locks are not held for long
TRASHED, REVERTED = "undo_trashed", "undo_reverted"  # in the counts, in addition to the outcomes


def run(*, import_id: int, now: datetime) -> None:
    """Undo the import in batches, each in its own transaction. Can be resumed after a crash."""
    while _part(import_id, now):
        pass


@transaction.atomic
def give_up(*, import_id: int) -> None:
    """End the job after an unexpected error; the user can request it again."""
    source = Import.objects.select_for_update(no_key=True).filter(pk=import_id, state=ImportState.UNDOING).first()
    if source:
        source.state = ImportState.DONE
        source.save(update_fields=["state"])
        tell(source)


def forget_old(*, now: datetime) -> None:
    """Delete traces of imports that can no longer be undone, in all offices."""
    Trace.objects.filter(at__lt=now - UNDO).exclude(source__state=ImportState.UNDOING).filter(kept="").delete()


@transaction.atomic
@notices.as_one(notices.Kind.IMPORTED)
def _part(import_id: int, now: datetime) -> bool:
    imports = Import.objects.select_related("account")
    source = imports.select_for_update(of=("self",), no_key=True).get(pk=import_id)
    if source.state != ImportState.UNDOING:
        return False
    user = User.objects.of(source.account).get(pk=source.options["undone_by"])
    columns = {column.pk: column for column in verbs.lock_all_columns(user.account)}
    traces = list(left(source).order_by("contact")[:PART])
    counts: Counter[str] = Counter()
    counts[TRASHED] = _trash([trace for trace in traces if trace.is_new], user, now)
    counts[REVERTED] = _revert([trace for trace in traces if not trace.is_new], source, user, columns, now)
    Trace.objects.of(source.account).filter(pk__in=[one.pk for one in traces if not one.kept]).delete()
    Trace.objects.bulk_update([one for one in traces if one.kept], ["kept"])
    source.counts = dict(Counter(source.counts) + counts)
    source.rows_done = min(source.rows_done + len(traces), source.rows_total)
    source.state = ImportState.UNDOING if len(traces) == PART else ImportState.UNDONE
    source.save(update_fields=["counts", "rows_done", "state"])
    tell(source)
    return source.state == ImportState.UNDOING


def left(source: Import) -> Any:
    return Trace.objects.of(source.account_id).filter(source=source, kept="")


def _trash(traces: Sequence[Trace], user: User, now: datetime) -> int:
    """Trash contacts that the import added, unless they were used since."""
    if not traces:
        return 0
    ids = [trace.contact_id for trace in traces]
    touched = _touched(user, ids, traces[0].at)
    for trace in traces:
        if trace.contact_id in touched:
            trace.kept = _("seit dem Import bearbeitet")
    return leads.trash(user=user, contact_ids=[pk for pk in ids if pk not in touched], now=now)


def _touched(user: User, ids: Collection[int], at: datetime) -> set[int]:
    """Return contacts that were edited, moved, spoken with or have replied since; mails of a series do not count."""
    found = set(Contact.objects.of(user.account).filter(pk__in=ids, version__gt=1).values_list("pk", flat=True))
    for rows in (
        Change.objects.of(user.account).filter(contact__in=ids, at__gt=at),
        Action.objects.of(user.account).filter(contact__in=ids, created_at__gt=at).exclude(kind=Kind.FUNNEL_MAIL),
        Move.objects.of(user.account).filter(contact__in=ids, at__gt=at),
        Consent.objects.of(user.account).filter(contact__in=ids, recorded_at__gt=at),
    ):
        found.update(rows.values_list("contact", flat=True))
    return found


def _revert(traces: Sequence[Trace], source: Import, user: User, columns: dict[int, Column], now: datetime) -> int:
    """Known contacts: each field, note and status that still is what the import made of it."""
    locked = Contact.objects.of(user.account).filter(pk__in=[trace.contact_id for trace in traces]).order_by("pk")
    contacts = {contact.pk: contact for contact in locked.select_for_update(of=("self",), no_key=True)}
    before = {contact.pk: contact.assignee_id for contact in contacts.values()}
    reverted = 0
    for trace in traces:
        contact = contacts[trace.contact_id]
        left = _facts(trace, contact, user, now) + _status(trace, user, columns, now) + _evidence(trace)
        _notes(trace, contact)
        trace.kept = _("unverändert geblieben: %(what)s") % {"what": ", ".join(left)} if left else ""
        trace.kept = trace.kept[:300]
        reverted += not left
    tell(source, [Seen(pk, before[pk], contact.assignee_id) for pk, contact in contacts.items()])
    return reverted


def _facts(trace: Trace, contact: Contact, user: User, now: datetime) -> list[str]:
    names = [name for name in trace.before if stored({name: getattr(contact, name)})[name] == trace.after[name]]
    values = {name: field_of(Contact, name).to_python(trace.before[name]) for name in names}
    if values:
        written = {name: getattr(contact, name) for name in values}
        for name, value in values.items():
            setattr(contact, name, value)
        contact.version += 1
        derive(contact).save(update_fields=[*_fields(values), "version", *DERIVED])
        _record(contact, written, dict(values), user, now)
    return [facts.label(name) for name in trace.before if name not in values]


def _record(contact: Contact, before: dict[str, Any], after: dict[str, Any], user: User, now: datetime) -> None:
    """Record what was restored; the assignee has a history of its own, as when it was imported."""
    history = []
    if "assignee_id" in after:
        names = {one.pk: one.full_name for one in User.objects.of(user.account)}
        both = (names.get(values.pop("assignee_id"), "") for values in (before, after))
        history.append((Change.Kind.ASSIGNED, *both))
    if after:
        history.append((Change.Kind.IMPORTED, _summary(before), _summary(after)))
    Change.objects.bulk_create(
        Change(
            account_id=contact.account_id, contact_id=contact.pk, kind=kind, before=old, after=new, actor=user, at=now
        )
        for kind, old, new in history
    )


def _summary(values: dict[str, Any]) -> str:
    """„Ort: Bonn; Telefon: –“."""
    return "; ".join(f"{facts.label(name)}: {facts.text(name, value)}" for name, value in values.items())[:400]


def _fields(names: Collection[str]) -> list[str]:
    """Return the fields to save with them: `derive` completes further numbers."""
    return ["assignee" if name == "assignee_id" else name for name in names]


def _status(trace: Trace, user: User, columns: dict[int, Column], now: datetime) -> list[str]:
    if trace.from_column is None:
        return []
    last = Move.objects.of(user.account).filter(contact=trace.contact_id).order_by("-version").first()
    is_as_left = last is not None and last.via == Move.Via.IMPORT and last.at == trace.at
    target = columns.get(trace.from_column)
    cards = Card.objects.of(user.account).filter(contact=trace.contact_id)
    if not is_as_left or target is None or not cards.exists():
        return [_("Status")]
    bulk.move_cards(cards, target, user, Move.Via.UNDO, now)
    return []


def _evidence(trace: Trace) -> list[str]:
    """Keep contacts with a consent from the file: evidence is never deleted."""
    given = Consent.objects.of(trace.account_id).filter(
        contact=trace.contact_id, method=Consent.Method.IMPORT, recorded_at=trace.at
    )
    return [_("Einwilligung")] if given.exists() else []


def _notes(trace: Trace, contact: Contact) -> None:
    notes = Action.objects.of(trace.account_id).filter(contact=trace.contact_id, kind=Kind.NOTE, created_at=trace.at)
    if notes.delete()[0]:
        actions.refresh(contact)
