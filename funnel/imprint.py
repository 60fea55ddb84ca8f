"""The Impressum of an office by its legal form (§ 5 DDG, § 34c GewO): without a complete one nothing is sent."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from funnel.models import Sender

Form = Sender.LegalForm

# What the name of such a firm must end in (§ 19 HGB, § 4 GmbHG, § 5a GmbHG, § 4 AktG); added where it was left out.
SUFFIXES: dict[str, str | Promise] = {
    Form.REGISTERED: Form.REGISTERED.label,
    Form.GBR: Form.GBR.label,
    Form.OHG: Form.OHG.label,
    Form.KG: "KG",
    Form.GMBH: Form.GMBH.label,
    Form.UG: Form.UG.label,
    Form.AG: Form.AG.label,
}
OWNED = (Form.SOLE, Form.REGISTERED)  # by a person, whose name belongs into it
IN_REGISTER = (Form.REGISTERED, Form.OHG, Form.KG, Form.GMBH, Form.UG, Form.AG)
REQUIRED = (
    "legal_form",
    "legal_name",
    "represented_by",
    "street",
    "postal_code",
    "city",
    "phone",
    "contact_email",
    "supervisor",
)


def lines(sender: Sender) -> list[str]:
    """The Impressum as it stands below every mail, one statement a line; what is not known is left out."""
    place = f"{sender.postal_code} {sender.city}".strip()
    found = [
        firm(sender),
        ", ".join(filter(None, (sender.street.strip(), place))),
        _represented(sender),
        _said(_("Telefon: %s"), sender.phone),
        _said(_("E-Mail: %s"), sender.contact_email),
        _said(_("Registereintrag: %s"), sender.register),
        _said(_("USt-IdNr.: %s"), sender.vat_id),
        _said(_("Aufsichtsbehörde nach § 34c GewO: %s"), sender.supervisor),
    ]
    return [" ".join(line.split()) for line in found if line]


def missing(sender: Sender) -> list[str]:
    """The names of the required fields that are empty; [] when mails may leave."""
    return [str(Sender._meta.get_field(name).verbose_name) for name in missing_fields(sender)]


def missing_fields(sender: Sender) -> list[str]:
    """The same as field names, for a form."""
    required = [*REQUIRED, "register"] if sender.legal_form in IN_REGISTER else REQUIRED
    return [name for name in required if not getattr(sender, name).strip()]


def firm(sender: Sender) -> str:
    """The firm with its legal form: „Krüger Immobilien GmbH“."""
    name, suffix = sender.legal_name.strip(), str(SUFFIXES.get(sender.legal_form, ""))
    first = suffix.split(" (")[0].replace(" ", "")
    if not name or not suffix or re.search(rf"(?<!\w){re.escape(first)}(?!\w)", name.replace(". K", ".K")):
        return name
    return f"{name} {suffix}"


def _represented(sender: Sender) -> str:
    person = sender.represented_by.strip()
    if sender.legal_form in OWNED:
        return "" if person == sender.legal_name.strip() else _said(_("Inhaber: %s"), person)
    return _said(_("Vertreten durch: %s"), person)


def _said(label: str, value: str) -> str:
    return label % value.strip() if value.strip() else ""
