"""The facts of a contact, edited in groups. Who saves over somebody else's edit sees both values instead."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from base.fields import german_number
from base.refusals import Conflict, NotUnderstood
from contacts import derived, reaches
from contacts.finding import lock
from contacts.models import Change, Contact

REACH = ("email", "email_kind", "more_emails", "phone", "phone_kind", "phone_words", "more_phones")


@dataclass(frozen=True)
class Group:
    """Facts that are edited together."""

    key: str
    label: Promise
    fields: tuple[str, ...]


GROUPS = {
    group.key: group
    for group in (
        Group(
            "person",
            gettext_lazy("Person"),
            ("salutation", "title", "first_name", "last_name", "company"),
        ),
        Group(
            "partner",
            gettext_lazy("Zweite Person"),
            ("partner_salutation", "partner_title", "partner_first_name", "partner_last_name"),
        ),
        Group("reach", gettext_lazy("Erreichbarkeit"), REACH),
        Group("address", gettext_lazy("Adresse"), ("street", "postal_code", "city")),
        Group("property", gettext_lazy("Objekt"), ("property_kind", "living_area", "plot_area", "year_built")),
        Group("source", gettext_lazy("Quelle"), ("source", "source_detail")),
        Group("tags", gettext_lazy("Schlagwörter"), ("tags",)),
    )
}
FIELDS = tuple(name for group in GROUPS.values() for name in group.fields)
NAMES = ("last_name", "company", "email", "phone")  # one of them at least, or nobody could tell who it is
_LONGEST = Change._meta.get_field("before").max_length


class Overtaken(Conflict):
    """Somebody saved the contact in between. `contact` is what they made of it, `values` what was refused."""

    def __init__(self, contact: Contact, values: Mapping[str, Any]) -> None:
        lines = "; ".join(
            _("%(field)s: Anderer Wert: „%(theirs)s“, Ihr Wert: „%(yours)s“")
            % {"field": label(name), "theirs": text(name, getattr(contact, name)), "yours": text(name, value)}
            for name, value in values.items()
        )
        super().__init__(_("Der Kontakt wurde inzwischen von jemand anderem geändert. %(lines)s") % {"lines": lines})
        self.contact, self.values = contact, values


@transaction.atomic
def save(*, contact: Contact, values: Mapping[str, Any], version: int | None, actor: User, now: datetime) -> Contact:
    """Writes checked values of `FIELDS`; answers the contact as it now is, its version raised by one.

    `version` is the one the values were typed against; None: do not check. What is so already writes nothing,
    whatever the version. Raises Http404 and Gone like `finding.lock`, Overtaken for an old version, NotUnderstood
    if no name, company, e-mail address or phone number would be left.
    """
    locked = lock(actor, contact.pk)
    values = {name: values[name] for name in FIELDS if name in values and getattr(locked, name) != values[name]}
    if not values:
        return locked
    if version is not None and version != locked.version:
        raise Overtaken(locked, values)
    if not any(values.get(name, getattr(locked, name)) for name in NAMES):
        raise NotUnderstood(nameless())
    write(locked, values, actor, now)
    return locked


def write(contact: Contact, values: Mapping[str, Any], actor: User | None, now: datetime) -> None:
    """Sets these fields and says so in the history. The caller holds the contact's lock and knows that they may."""
    before = _summary(contact, values)
    for name, value in values.items():
        setattr(contact, name, value)
    contact.version += 1
    derived.derive(contact)
    contact.save(update_fields=[*values, "version", *derived.FIELDS])
    _record(contact, before, _summary(contact, values), actor, now)


def nameless() -> str:
    """The sentence for a contact that nobody could tell from another."""
    return _("Bitte Nachname, Firma, E-Mail-Adresse oder Telefon angeben.")


def label(name: str) -> str:
    """How a field is called."""
    return str(Contact._meta.get_field(name).verbose_name)


def text(name: str, value: Any) -> str:
    """How a field's value is written: „Frau“, „142,5“, „–“."""
    if value in (None, "", []):
        return "–"
    if name in ("more_emails", "more_phones"):
        return reaches.write(value)
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, Decimal):
        return german_number(value)
    return str(dict(Contact._meta.get_field(name).flatchoices).get(value, value))


def _summary(contact: Contact, names: Collection[str]) -> str:
    shown = "; ".join(f"{label(name)}: {text(name, getattr(contact, name))}" for name in names)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _record(contact: Contact, before: str, after: str, actor: User | None, now: datetime) -> None:
    Change.objects.create(
        account_id=contact.account_id,
        contact_id=contact.pk,
        kind=Change.Kind.EDITED,
        before=before,
        after=after,
        actor=actor,
        at=now,
    )
