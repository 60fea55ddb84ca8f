"""Undoing a merge within thirty days: what still is as the merge left it is restored, the rest is kept and named."""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.meta import field_of
from base.notices import Kind, Seen
from base.refusals import Conflict
from contacts import actions, facts
from contacts.derived import FIELDS, derive
from contacts.kinds import Kind as ActionKind
from contacts.models import Action, Change, Contact, ForeignId
from funnel.series import uniting
from pipeline import leads
from pipeline.cards.locks import hold_contacts
from pipeline.columns import verbs
from pipeline.duplicates import barring
from pipeline.duplicates.merging import both, cause
from pipeline.imports.traces import stored
from pipeline.models import Card, Merge

UNDO = timedelta(days=leads.TRASH_DAYS)


@transaction.atomic
def undo(*, user: User, merge_id: int, now: datetime) -> Merge:
    """Make two contacts of one again; return the merge, whose `kept` names what was changed since and stays.

    The contact that was merged comes back on top of its column, with what came from it. Mails that were sent stay sent;
    a withdrawal, an objection or a bounce since counts for both. Idempotent. Raises Http404 for a merge that does not
    exist in this office, Conflict after thirty days, or if the contact that stayed has gone meanwhile.
    """
    verbs.lock_all_columns(user.account)
    merges = Merge.objects.of(user.account).filter(pk=merge_id)
    for into_id, merged_id in merges.values_list("into", "merged_id"):
        hold_contacts(user.account_id, [into_id, merged_id])  # before the merge, as erasing does
    merge = merges.select_for_update(of=("self",)).first()
    if merge is None:
        raise Http404
    if merge.undone_at:
        return merge
    into, merged = _present(merge, now)
    owner = into.assignee_id
    with notices.quiet():
        _move_back(merge)
        barring.part(merge, into, merged, now)
        left = _facts(merge, into)
        _own_ids(merge, merged)
        left += _mails(merge, now)
        leads.restore(user=user, contact_ids=[merged.pk], now=now)
        for contact in (into, merged):
            actions.refresh(contact)
    _record(merge, into, merged, user, now)
    merge.undone_at, merge.kept = now, left
    merge.save(update_fields=["undone_at", "kept"])
    column_id = Card.objects.of(user.account).get(pk=merged.pk).column_id
    notices.tell(Kind.RESTORED, user.account_id, [Seen.kept(merged.pk, merged.assignee_id)], [column_id], user.pk)
    notices.tell(Kind.EDITED, user.account_id, [Seen(into.pk, owner, into.assignee_id)], user=user.pk)
    return merge


def can_undo(merge: Merge, now: datetime) -> bool:
    return merge.undone_at is None and now - merge.at < UNDO


def _present(merge: Merge, now: datetime) -> tuple[Contact, Contact]:
    """Return both contacts, which are locked, the merged one no longer merged. Locks their cards."""
    ids = [merge.into_id, merge.merged_id]
    found = Contact.objects.of(merge.account_id).select_related("assignee").defer("search").in_bulk(ids)
    list(Card.objects.of(merge.account_id).filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
    merged = found.get(merge.merged_id)
    if not can_undo(merge, now) or merged is None:
        raise Conflict(_("Eine Zusammenführung lässt sich nur dreißig Tage lang zurücknehmen."))
    into = found[merge.into_id]
    if into.merged_into is not None:
        raise Conflict(_("Der Kontakt wurde später selbst zusammengeführt. Bitte nehmen Sie zuerst das zurück."))
    if into.trashed_at is not None:
        raise Conflict(_("Der Kontakt liegt im Papierkorb. Bitte stellen Sie ihn zuerst wieder her."))
    merged.merged_into = None
    merged.save(update_fields=["merged_into"])
    return into, merged


def _move_back(merge: Merge) -> None:
    """Give back the rows that came from the merged contact and are still with the other; remove those it has added."""
    for label, ids in merge.rows.get("moved", {}).items():
        model: Any = apps.get_model(label)
        model.objects.of(merge.account_id).filter(pk__in=ids, contact=merge.into_id).update(contact=merge.merged_id)
    for label in ("contacts.Change", "contacts.Action"):
        model = apps.get_model(label)
        model.objects.of(merge.account_id).filter(pk__in=merge.made.get(label, []), contact=merge.into_id).delete()


def _mails(merge: Merge, now: datetime) -> list[str]:
    """Give back series and mails; return the label of those that stay, whose actions stay, too."""
    rows = merge.rows.get("funnel", {})
    is_whole, moments = uniting.part(**both(merge), rows=rows, cause=cause(merge), since=merge.at, now=now)
    told = Action.objects.of(merge.account_id).filter(contact=merge.merged_id, kind=ActionKind.FUNNEL_MAIL)
    told.filter(performed_at__in=moments).update(contact=merge.into_id)
    return [] if is_whole else [_("E-Mail-Serie")]


def _facts(merge: Merge, into: Contact) -> list[str]:
    """Restore the fields that still have the value that the merge wrote; return the labels of the others."""
    names = [name for name in merge.before if stored({name: getattr(into, name)})[name] == merge.after.get(name)]
    for name in names:
        field = field_of(Contact, name.removesuffix("_id") if name == "assignee_id" else name)
        value = merge.before[name]
        setattr(into, name, value if name == "assignee_id" else field.to_python(value))
    if names:
        into.version += 1
        fields = ["assignee" if name == "assignee_id" else name for name in names]
        derive(into).save(update_fields=[*fields, "version", *FIELDS])
    return [
        _("Mitarbeiter") if name == "assignee_id" else facts.label(name) for name in merge.before if name not in names
    ]


def _own_ids(merge: Merge, merged: Contact) -> None:
    """Give the contact its ids of other systems back, unless another contact has them now."""
    taken = ForeignId.objects.of(merge.account_id).filter(value__in=[value for _source, value in merge.foreign_ids])
    owned = set(taken.values_list("source", "value"))
    merged.foreign_ids = [pair for pair in merge.foreign_ids if tuple(pair) not in owned]
    merged.version += 1
    derive(merged).save(update_fields=["foreign_ids", "version", *FIELDS])


def _record(merge: Merge, into: Contact, merged: Contact, user: User, now: datetime) -> None:
    Change.objects.bulk_create(
        Change(
            account_id=merge.account_id,
            contact=one,
            kind=Change.Kind.PARTED,
            after=other.display_name[:400],
            actor=user,
            at=now,
        )
        for one, other in ((into, merged), (merged, into))
    )
