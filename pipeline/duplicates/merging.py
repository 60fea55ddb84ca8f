"""Merging two contacts: everything that hangs on one goes over to the other, and what that needs to be undone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.plans import Feature
from base import notices
from base.notices import Kind, Seen
from base.refusals import NotUnderstood, Overtaken
from contacts import actions, assignment, facts, finding, pairs
from contacts.derived import FIELDS, derive
from contacts.kinds import Kind as ActionKind
from contacts.models import Action, Change, Contact
from funnel.series import uniting
from pipeline import leads
from pipeline.cards import waiting
from pipeline.cards.locks import hold_contacts
from pipeline.columns import verbs
from pipeline.duplicates import barring
from pipeline.duplicates.comparing import ASSIGNEE, Compared, merged_values
from pipeline.imports.traces import stored
from pipeline.models import Card, Duplicate, Merge, Move

# Tables whose rows stay with the contact that is merged: its place, what undoes a change of it, and what has its own
# way over. The rows of all others that refer to a contact go over.
STAY = frozenset(
    {
        *("pipeline.Card", "pipeline.TrashedCard", "pipeline.Move", "pipeline.DeedPart", "pipeline.Trace"),
        "pipeline.Alert",  # whoever merges two has seen them
        *("pipeline.Duplicate", "pipeline.Merge", "contacts.ForeignId", "funnel.Enrolment", "funnel.Message"),
    }
)
_LIMIT = 400  # characters of a line of history


def cause(merge: Merge) -> int:
    """Return the id under which the funnel keeps what the merge did to mails: unlike those of moves and deeds."""
    return -(10**15) - merge.pk


@transaction.atomic
def merge(*, user: User, ids: tuple[int, int], chosen: Mapping[str, int], seen: str, key: UUID, now: datetime) -> Merge:
    """Make one contact of two, which the user has compared; return the merge.

    `chosen` says whose value is taken of each unit of `comparing`, by ids; what it leaves out is taken from where it is
    fuller. The contact whose status is chosen stays in its place, and its series goes on; the other one's series end,
    and it is gone for everybody. Numbers, addresses, tags and ids of other systems are united. A withdrawal or an
    objection of either counts for both. `seen` is the `mark` of what was compared.

    Idempotent for the same `key`. Raises Http404, Trashed and Merged like `finding.lock`, Overtaken if one of them was
    changed since, Conflict while a mail to one of them is leaving, and NotUnderstood for a key that was used for
    others. The same contact twice is no pair: Http404.
    """
    _hold_assignee(user, chosen)
    verbs.lock_all_columns(user.account)
    if earlier := Merge.objects.of(user.account).filter(key=key).first():
        if {earlier.into_id, earlier.merged_id} != {*ids}:
            raise NotUnderstood(_("Dieses Formular wurde schon verwendet. Bitte laden Sie die Seite neu."))
        return earlier
    compared = load(user, ids, locked=True)
    if compared.mark != seen:
        raise Overtaken(_("Einer der beiden Kontakte wurde inzwischen geändert. Bitte vergleichen Sie noch einmal."))
    into, merged = compared.roles(chosen)
    owners = {contact.pk: contact.assignee_id for contact in compared.contacts}
    column_id = merged.card.column_id
    done = Merge(account=user.account, into=into, merged_id=merged.pk, merged_since=merged.created_at, key=key)
    done.by, done.at, done.foreign_ids = user, now, merged.foreign_ids
    done.save(force_insert=True)
    may_assign = user.account.can(Feature.ASSIGN)
    values, left = merged_values(into, merged, compared.chosen(chosen), may_assign=may_assign)
    with notices.quiet():
        done.rows = {"funnel": uniting.unite(**both(done), cause=cause(done), actor=user, now=now)}
        barring.keep_stricter(done, into, merged, cause(done), now)
        done.rows["moved"] = _move_rows(done)
        _give_up_ids(merged)
        _write(done, into, merged, values, left, now)
        leads.trash(user=user, contact_ids=[merged.pk], now=now, cause=cause(done))
    Contact.objects.of(user.account).filter(pk=merged.pk).update(merged_into=into.pk)
    _settle_duplicates(done, now)
    done.save()
    gone = Seen.kept(merged.pk, owners[merged.pk])
    notices.tell(Kind.TRASHED, done.account_id, [gone], [column_id], user.pk)
    notices.tell(Kind.EDITED, done.account_id, [Seen(into.pk, owners[into.pk], into.assignee_id)], user=user.pk)
    return done


def load(user: User, ids: tuple[int, int], *, locked: bool = False) -> Compared:
    """Return the two side by side. Raises like `finding.find`."""
    first, second = sorted(ids)
    if locked:
        hold_contacts(user.account_id, ids)
        list(Card.objects.of(user.account).filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
    people = list(finding.seen_by(user).filter(pk__in=ids).select_related("assignee", "card__column").defer("search"))
    if len(people) < 2:
        raise Http404
    found = {contact.pk: finding.present(contact) for contact in people}
    return Compared(user, (found[first], found[second]))


def _hold_assignee(user: User, chosen: Mapping[str, int]) -> None:
    """Lock the colleague whose contact the united one becomes: before the columns, as everywhere."""
    if chosen.get(ASSIGNEE) and user.account.can(Feature.ASSIGN):
        rows = Contact.objects.of(user.account).filter(pk=chosen[ASSIGNEE]).select_related("assignee")
        contact = rows.first()
        if contact and contact.assignee and contact.assignee.is_active:
            assignment.hold(user.account, contact.assignee)


def both(done: Merge) -> dict[str, Any]:
    return {"account_id": done.account_id, "into": done.into_id, "merged": done.merged_id}


def tables() -> list[type[models.Model]]:
    """Return the tables whose rows go over, in the order of their names."""
    found = {
        model
        for model in apps.get_models()
        if model._meta.label not in STAY
        and any(field.related_model is Contact for field in model._meta.concrete_fields)
    }
    return sorted(found, key=lambda model: model._meta.label)


def _move_rows(done: Merge) -> dict[str, list[int]]:
    """Hand over the rows that refer to the contact that is merged; return their ids by table."""
    moved = {}
    for model in tables():
        rows: Any = model.objects.of(done.account_id).filter(contact=done.merged_id)  # type: ignore[attr-defined]
        ids = list(rows.values_list("pk", flat=True))
        if ids:
            rows.filter(pk__in=ids).update(contact=done.into_id)
            moved[model._meta.label] = ids
    return moved


def _give_up_ids(merged: Contact) -> None:
    """Free the ids of other systems for the contact that stays: each is one contact's."""
    merged.foreign_ids = []
    merged.save(update_fields=["foreign_ids"])


def _write(done: Merge, into: Contact, merged: Contact, values: dict[str, Any], left: list[Any], now: datetime) -> None:
    """Write what changes of the contact that stays, with a line of history; further lines say where the other was."""
    done.before = stored({name: getattr(into, name) for name in values})
    lines = [line for name in values if (line := _line(name, getattr(into, name)))]
    for name, value in values.items():
        setattr(into, name, value)
    into.version += 1
    derive(into).save(update_fields=[*(_field(name) for name in values), "version", *FIELDS])
    done.after = stored(values)
    now_said = [line for name, value in values.items() if (line := _line(name, value))]
    changes = [
        Change(kind=Change.Kind.STATUS, before=move.from_name, after=move.to_name, actor_id=move.actor_id, at=move.at)
        for move in Move.objects.of(done.account_id).filter(contact=merged.pk).order_by("version")
    ]
    after = "; ".join([merged.display_name, *now_said])[:_LIMIT]
    before = "; ".join(lines)[:_LIMIT]
    changes.append(Change(kind=Change.Kind.MERGED, before=before, after=after, actor_id=done.by_id, at=now))
    for change in changes:
        change.account_id, change.contact_id = done.account_id, into.pk
    Change.objects.bulk_create(changes)
    done.made[Change._meta.label] = [change.pk for change in changes if change.kind == Change.Kind.STATUS]
    if left:
        text = "\n\n".join((_("Beim Zusammenführen war hierfür kein Platz:"), pairs.write(left)))
        note = Action(kind=ActionKind.NOTE, text=text[:10_000], author_id=done.by_id, performed_at=now, created_at=now)
        note.account_id, note.contact_id = done.account_id, into.pk
        note.save(force_insert=True)
        done.made[Action._meta.label] = [note.pk]
    actions.refresh(into)
    actions.refresh(merged)
    _wait_on(merged, into)


def _wait_on(merged: Contact, into: Contact) -> None:
    """Have the contact that stays wait for an answer since the other one did, unless it waits already."""
    cards = Card.objects.of(into.account_id).filter(pk=into.pk)
    if merged.card.asked_again_at:
        cards.filter(asked_again_at=None).update(asked_again_at=merged.card.asked_again_at)
    if merged.card.waits_since:
        cards.filter(waits_since=None).update(**waiting.begin(merged.account, merged.card.waits_since))


def _line(name: str, value: Any) -> str:
    """„Ort: Bonn“; ids of colleagues say nothing to people."""
    return "" if name == "assignee_id" else f"{facts.label(name)}: {facts.text(name, value)}"


def _field(name: str) -> str:
    return "assignee" if name == "assignee_id" else name


def _settle_duplicates(done: Merge, now: datetime) -> None:
    """Remove the pairs of the merged contact; who was no duplicate of it is none of the contact that stays either."""
    rows = Duplicate.objects.of(done.account_id)
    for one, other in (("first", "second"), ("second", "first")):
        of_merged = rows.filter(**{one: done.merged_id})
        for known in of_merged.exclude(dismissed_at=None).exclude(**{other: done.into_id}):
            ids = sorted((getattr(known, f"{other}_id"), done.into_id))
            Duplicate.objects.bulk_create(
                [
                    Duplicate(
                        account_id=done.account_id,
                        first_id=ids[0],
                        second_id=ids[1],
                        found_at=now,
                        dismissed_at=known.dismissed_at,
                        dismissed_by_id=known.dismissed_by_id,
                    )
                ],
                ignore_conflicts=True,
            )
        of_merged.filter(dismissed_at=None).delete()
