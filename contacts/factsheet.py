"""The facts of a contact as its page shows them, group by group."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from base.fields import german_number
from base.meta import chosen
from contacts import contact_points, facts, pairs
from contacts.description import FACTS, GROUPS, Group
from contacts.models import Contact
from contacts.signs import parted


@dataclass(frozen=True)
class Line:
    """A label with its value. `href` calls or writes; `beside` holds kind and remark of a contact point."""

    label: str
    text: str
    href: str = ""
    beside: str = ""

    def texts(self) -> dict[str, str]:
        """Return what the template `contacts/_fact.html` shows: an address may be broken before its „@“."""
        return vars(self) | ({"text": SafeString(parted(self.text))} if self.href else {})


@dataclass(frozen=True)
class Section:
    group: Group
    lines: list[Line]


def sections(contact: Contact) -> list[Section]:
    """Return all groups in their order; a group without values has one line for that."""
    return [section(contact, group) for group in GROUPS.values()]


def section(contact: Contact, group: Group) -> Section:
    """Return one group."""
    together, joined = _TOGETHER.get(group.key, (None, ()))
    lines = together(contact) if together else []
    lines += [_alone(contact, name) for name in group.fields if name not in joined]
    return Section(group, [line for line in lines if line.text] or lines[:1])


def _alone(contact: Contact, name: str) -> Line:
    """Return the line of a fact that is shown on its own."""
    value = getattr(contact, name)
    text = "" if value in (None, "", []) else facts.text(name, value)
    return Line(facts.label(name), text, text if FACTS[name].kind == "link" else "")


def _person(contact: Contact) -> list[Line]:
    salutation = chosen(contact, "salutation") if contact.salutation != "neutral" else ""
    return [Line(_("Name"), _joined(salutation, contact.title, contact.first_name, contact.last_name))]


def _partner(contact: Contact) -> list[Line]:
    salutation = chosen(contact, "partner_salutation") if contact.partner_salutation != "neutral" else ""
    name = _joined(salutation, contact.partner_title, contact.partner_first_name, contact.partner_last_name)
    return [Line(_("2. Person"), name)]


def _contact_point(contact: Contact) -> list[Line]:
    remark = contact_points.beside(contact.phone_kind, contact.phone_words)
    first = [
        Line(_("E-Mail"), contact.email, f"mailto:{contact.email}", contact_points.beside(contact.email_kind, "")),
        Line(_("Telefon"), contact.phone, _dialled(contact.phone_e164), remark),
    ]
    mails = [_another(_("Weitere E-Mail"), one, f"mailto:{one['text']}") for one in contact.more_emails]
    phones = [_another(_("Weiteres Telefon"), one, _dialled(one["e164"])) for one in contact.more_phones]
    return [first[0], *mails, first[1], *phones]


def _another(label: str, one: contact_points.ContactPoint, href: str) -> Line:
    return Line(label, one["text"], href, contact_points.beside(one["kind"], one["words"]))


def _dialled(number: str) -> str:
    return f"tel:{number}" if number else ""


def _address(contact: Contact) -> list[Line]:
    city = _joined(contact.postal_code, contact.city)
    return [Line(_("Adresse"), "\n".join(filter(None, (contact.street, city))))]


def _property(contact: Contact) -> list[Line]:
    parts = [chosen(contact, "property_kind")]
    if contact.living_area is not None:
        parts.append(_("%(area)s\u00a0m² Wohnfläche") % {"area": german_number(contact.living_area)})
    if contact.plot_area is not None:
        parts.append(_("%(area)s\u00a0m² Grundstück") % {"area": german_number(contact.plot_area)})
    if contact.year_built is not None:
        parts.append(_("Baujahr %(year)s") % {"year": contact.year_built})
    city = _joined(contact.property_postal_code, contact.property_city)
    place = "\n".join(filter(None, (contact.property_street, city)))
    lines = {
        _("Objekt"): ", ".join(filter(None, parts)),
        _("Adresse des Objekts"): place,
        _("Verkauf geplant"): chosen(contact, "sell_horizon"),  # shorter than its label, which does not fit
    }
    return [Line(label, text) for label, text in lines.items()]


def _valuation(contact: Contact) -> list[Line]:
    ends = (contact.value_from, contact.value_to)
    least, most = (facts.text("value", end) if end is not None else "" for end in ends)
    between = f"{least} – {most}" if least and most else _("ab %s") % least if least else _("bis %s") % most
    return [_alone(contact, "value"), Line(_("Spanne"), between if least or most else "")]


def _source(contact: Contact) -> list[Line]:
    known = (Line(_("Kennung bei %s") % source, value) for source, value in contact.foreign_ids)
    return [Line(_("Quelle"), " – ".join(filter(None, (contact.source_label, contact.source_detail)))), *known]


def _further(contact: Contact) -> list[Line]:
    said = (Line(label or _("Angabe"), value) for label, value in contact.further)
    return [*said, Line(_("Kampagne"), pairs.write(contact.campaign))]


def _joined(*words: str) -> str:
    return " ".join(filter(None, words))


# Facts that share a line; every other fact of a group has its own line below them.
_TOGETHER: dict[str, tuple[Callable[[Contact], list[Line]], tuple[str, ...]]] = {
    "person": (_person, ("salutation", "title", "first_name", "last_name")),
    "partner": (_partner, ("partner_salutation", "partner_title", "partner_first_name", "partner_last_name")),
    "reach": (
        _contact_point,
        ("email", "email_kind", "more_emails", "phone", "phone_kind", "phone_words", "more_phones"),
    ),
    "address": (_address, ("street", "postal_code", "city")),
    "property": (
        _property,
        (
            *("property_kind", "living_area", "plot_area", "year_built"),
            *("property_street", "property_postal_code", "property_city", "sell_horizon"),
        ),
    ),
    "valuation": (_valuation, ("value", "value_from", "value_to")),
    "source": (_source, ("source", "source_detail", "foreign_ids")),
    "further": (_further, ("campaign", "further")),
}
