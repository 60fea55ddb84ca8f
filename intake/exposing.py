"""Contacts as other programs read them: in the shape in which they write them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Account
from base.ids import is_id
from base.refusals import NotUnderstood
from contacts.models import Change, Contact, ForeignId
from pipeline.models import Card, Move

PAGE = 100
FIRST_YEAR, LAST_YEAR = 1904, 9996  # leap years, in each time zone within what can be compared


def one(account: Account, contact_id: int) -> dict[str, Any] | None:
    """Return the contact, one in the trash as its id only; None if there is none."""
    contact = Contact.objects.of(account).filter(pk=contact_id).first()
    return _all(account, [contact])[0] if contact else None


def many(account: Account, query: QueryDict) -> dict[str, Any]:
    """Return contacts in the order of their ids: those with an `external_id`, or that `changed_since` a moment.

    `after` is the id behind which the page begins. Raises NotUnderstood.
    """
    found: QuerySet[Contact] = Contact.objects.of(account).order_by("pk")
    if external := query.get("external_id"):
        named = ForeignId.objects.of(account).filter(value=external.replace("\x00", ""))
        if source := query.get("external_source"):
            named = named.filter(source=source.replace("\x00", ""))
        found = found.filter(pk__in=named.values("contact"))
    if since := query.get("changed_since"):
        found = _changed(account, found, _moment(since))
    if after := query.get("after"):
        if not is_id(after):
            raise NotUnderstood(_("„after“ ist die id eines Kontakts."))
        found = found.filter(pk__gt=int(after))
    rows = list(found[: PAGE + 1])
    return {"contacts": _all(account, rows[:PAGE]), "next": rows[PAGE - 1].pk if len(rows) > PAGE else None}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that nobody has encoded
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise NotUnderstood(_("„changed_since“ ist ein Zeitpunkt nach ISO 8601, etwa 2026-11-27T09:12:00+01:00."))
    return moment.replace(year=min(max(moment.year, FIRST_YEAR), LAST_YEAR)).astimezone(UTC)


def _changed(account: Account, rows: QuerySet[Contact], since: datetime) -> QuerySet[Contact]:
    changed = Change.objects.of(account).filter(contact=OuterRef("pk"), at__gte=since)
    moved = Move.objects.of(account).filter(contact=OuterRef("pk"), at__gte=since)
    return rows.filter(Q(last_action_at__gte=since) | Exists(changed) | Exists(moved))


def _all(account: Account, rows: Sequence[Contact]) -> list[dict[str, Any]]:
    cards = Card.objects.of(account).filter(pk__in=[row.pk for row in rows]).select_related("column")
    places = {card.pk: card for card in cards}
    return [_trashed(row) if row.trashed_at else _shown(row, places.get(row.pk)) for row in rows]


def _trashed(row: Contact) -> dict[str, Any]:
    return {"id": row.pk, "trashed": True}


def _shown(row: Contact, card: Card | None) -> dict[str, Any]:
    column = card.column if card else None
    return {
        "id": row.pk,
        "trashed": False,
        "status": {"id": column.pk, "name": column.name, "key": column.key} if column else None,
        "created_at": row.created_at.isoformat(),
        "last_action_at": row.last_action_at.isoformat() if row.last_action_at else None,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "source": row.source,
        "source_detail": row.source_detail,
        "external_ids": [{"source": source, "id": value} for source, value in row.foreign_ids],
        "person": _person(row),
        "property": _property(row),
        "tags": row.tags,
        "tracking": dict(row.campaign),
        "extra": [{"label": label, "value": value} for label, value in row.further],
    }


def _person(row: Contact) -> dict[str, Any]:
    names = ("salutation", "title", "first_name", "last_name", "company")
    emails = [row.email, *(point["text"] for point in row.more_emails)]
    phones = [(row.phone_kind, row.phone), *((point["kind"], point["text"]) for point in row.more_phones)]
    return {name: getattr(row, name) for name in names} | {
        "email": row.email,
        "emails": [email for email in emails if email],
        "phones": [{"kind": kind, "number": number} for kind, number in phones if number],
        "address": {"street": row.street, "postal_code": row.postal_code, "city": row.city},
    }


def _property(row: Contact) -> dict[str, Any]:
    place = {name: getattr(row, f"property_{name}") for name in ("street", "postal_code", "city")}
    worth = {"value": row.value, "from": row.value_from, "to": row.value_to}
    return {
        "kind": row.property_kind,
        "living_area": _number(row.living_area),
        "plot_area": _number(row.plot_area),
        "year_built": row.year_built,
        "address": place,
        "sell_horizon": row.sell_horizon,
        "valuation": worth | {"provider": row.value_provider, "report_url": row.value_link},
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
