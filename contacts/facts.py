"""Editing the facts of a contact in groups. Saving over a colleague's edit is refused, and both values are shown."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.fields import german_number
from base.meta import field_of
from base.refusals import NotUnderstood, Overtaken
from contacts import contact_points, derived, pairs
from contacts.description import EDITED, FACTS, NAMES
from contacts.finding import lock
from contacts.models import Change, Contact, ForeignId
from contacts.telling import tell_of

_LONGEST = field_of(Change, "before").max_length or 0


@transaction.atomic
def save(
    *, contact: Contact, values: Mapping[str, Any], version: int | None, actor: User, now: datetime, seen: str = ""
) -> Contact:
    """Write checked values of `EDITED` facts; return the contact as it now is, its version raised by one.

    `version` is the one the values were typed against; None: do not check. `seen` is the `mark` of these facts at that
    time: an edit of other facts is no conflict. What is so already writes nothing, whatever the version. Raises Http404
    and Gone like `finding.lock`, Overtaken for an old version, NotUnderstood if no name, company, e-mail address or
    phone number would be left, or for a foreign id that another contact has.
    """
    locked = lock(actor, contact.pk)
    is_overtaken = version not in (None, locked.version) and seen != mark(locked, values)
    values = {name: values[name] for name in EDITED if name in values and getattr(locked, name) != values[name]}
    if not values:
        return locked
    if is_overtaken:
        raise Overtaken(_clash(locked, values), locked)
    if not any(values.get(name, getattr(locked, name)) for name in NAMES):
        raise NotUnderstood(nameless())
    _check_taken(locked, values.get("foreign_ids", ()))
    write(locked, values, actor, now)
    return locked


def mark(contact: Contact, names: Collection[str]) -> str:
    """Return a short text that changes with the values of these facts."""
    values = [getattr(contact, name) for name in EDITED if name in names]
    return blake2b(repr(values).encode(), digest_size=16).hexdigest()


def write(contact: Contact, values: Mapping[str, Any], actor: User | None, now: datetime) -> None:
    """Write these fields and a line of history. The caller holds the contact's lock and has checked permissions."""
    before = _summary(contact, values)
    for name, value in values.items():
        setattr(contact, name, value)
    contact.version += 1
    derived.derive(contact)
    contact.save(update_fields=[*values, "version", *derived.FIELDS])
    _record(contact, before, _summary(contact, values), actor, now)
    tell_of(notices.Kind.EDITED, contact, actor)


def _check_taken(contact: Contact, ids: Iterable[Sequence[str]]) -> None:
    for source, value in ids:
        if (
            ForeignId.objects.of(contact.account_id)
            .filter(source=source, value=value)
            .exclude(contact=contact)
            .exists()
        ):
            raise NotUnderstood(_("Die Kennung „%(id)s“ gehört zu einem anderen Kontakt.") % {"id": value})


def _clash(contact: Contact, values: Mapping[str, Any]) -> str:
    """Return the present values of what was refused."""
    lines = "; ".join(
        _("%(field)s: Anderer Wert: „%(theirs)s“, Ihr Wert: „%(yours)s“")
        % {"field": label(name), "theirs": text(name, getattr(contact, name)), "yours": text(name, value)}
        for name, value in values.items()
    )
    return _("Der Kontakt wurde inzwischen von jemand anderem geändert. %(lines)s.") % {"lines": lines}


def nameless() -> str:
    """Return the sentence that refuses a contact without name, company, e-mail address and phone number."""
    return _("Bitte Nachname, Firma, E-Mail-Adresse oder Telefon angeben.")


def label(name: str) -> str:
    """Return the label of a field."""
    return str(field_of(Contact, name).verbose_name)


def text(name: str, value: Any) -> str:
    """Return a field's value as text: „Frau“, „142,5“, „–“."""
    if value in (None, "", []):
        return "–"
    match FACTS[name].kind if name in FACTS else "":
        case "emails" | "phones":
            return contact_points.write(value)
        case "pairs":
            return pairs.line(value)
        case "tags":
            return ", ".join(value)
        case "euros":
            return f"{german_number(value)}\u00a0€"
        case "area":
            return german_number(value)
        case "date" | "past":
            return f"{value:%d.%m.%Y}"
        case "choice":
            return str(dict(field_of(Contact, name).flatchoices).get(value, value))
        case _:
            return str(value)


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
