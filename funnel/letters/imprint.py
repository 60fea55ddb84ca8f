"""The Impressum of an office by its legal form (§ 5 DDG, § 34c GewO). Without a complete one nothing is sent."""

import re
from functools import lru_cache

from django.db.models import CharField
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from base.meta import field_of
from base.text import one_line
from funnel.letters.legal_forms import EXTRA_FIELDS, IN_REGISTER, LIMITED, SHORT_UG, SOLE_OWNED, SUFFIXES, WITH_BOARD
from funnel.models import LegalForm, Sender

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


def _completeness_sql() -> str:
    """Return SQL for "nothing is missing" in the row `sender`, equivalent to `missing_fields`."""
    further = [
        ("register", IN_REGISTER),
        *((name, [form]) for form, names in EXTRA_FIELDS.items() for name in names),
    ]
    needed = [f"sender.{name} ~ '[^[:space:]]'" for name in REQUIRED]
    for name, forms in further:
        listed = ", ".join(f"'{LegalForm(form).value}'" for form in forms)
        needed.append(f"(sender.legal_form NOT IN ({listed}) OR sender.{name} ~ '[^[:space:]]')")
    return " AND ".join(needed)


COMPLETE_SQL = _completeness_sql()
_TEXTS = [field.name for field in Sender._meta.concrete_fields if isinstance(field, CharField) and field.editable]


def lines(sender: Sender) -> list[str]:
    """Return the lines of the Impressum as shown below every mail, without what is not known."""
    return [*_lines(get_language(), *[getattr(sender, name) for name in _TEXTS])]


@lru_cache(maxsize=512)
def _lines(_language: str | None, *values: str) -> tuple[str, ...]:
    """Make the lines of these fields. Kept, because each mail is looked through for them."""
    sender = Sender(**dict(zip(_TEXTS, values, strict=True)))
    place = f"{sender.postal_code} {sender.city}".strip()
    found = [
        firm(sender),
        ", ".join(filter(None, (sender.street.strip(), place))),
        _labelled(_("Sitz: %s"), sender.seat if sender.legal_form in IN_REGISTER else ""),
        _represented(sender),
        _labelled(_("Vorsitz des Aufsichtsrats: %s"), sender.board_chair if sender.legal_form in WITH_BOARD else ""),
        _labelled(_("Telefon: %s"), sender.phone),
        _labelled(_("E-Mail: %s"), sender.contact_email),
        _labelled(_("Registereintrag: %s"), sender.register),
        _labelled(_("USt-IdNr.: %s"), sender.vat_id),
        _labelled(_("Aufsichtsbehörde nach § 34c GewO: %s"), sender.supervisor),
    ]
    return tuple(one_line(line) for line in found if line)


def missing(sender: Sender) -> list[str]:
    """Return the labels of required fields that are empty; mails may be sent when there are none."""
    return [str(field_of(Sender, name).verbose_name) for name in missing_fields(sender)]


def missing_fields(sender: Sender) -> list[str]:
    """Return the names of required fields that are empty."""
    register = ["register"] if sender.legal_form in IN_REGISTER else []
    required = [*REQUIRED, *register, *EXTRA_FIELDS.get(sender.legal_form, ())]
    return [name for name in required if not getattr(sender, name).strip()]


def firm(sender: Sender) -> str:
    """Return the registered name with its legal form: „Krüger Immobilien GmbH“.

    What was typed is never altered; only what the law requires is appended if it is missing.
    """
    name = one_line(sender.legal_name)
    suffix, known = SUFFIXES.get(sender.legal_form, ("", ""))
    if not name or not suffix or re.search(rf"(?<!\w)(?:{known})(?!\w)", name, re.IGNORECASE):
        return name
    if sender.legal_form == LegalForm.UG and SHORT_UG.search(name):
        return f"{name} {LIMITED}"
    return f"{name} {suffix}"


def _represented(sender: Sender) -> str:
    person = sender.represented_by.strip()
    if sender.legal_form in SOLE_OWNED:
        return "" if person == sender.legal_name.strip() else _labelled(_("Inhaber: %s"), person)
    if sender.legal_form == LegalForm.GMBH_KG and sender.general_partner.strip():
        register = sender.general_partner_register.strip()
        partner = f"{sender.general_partner.strip()} ({register})" if register else sender.general_partner.strip()
        line = _("Vertreten durch die persönlich haftende Gesellschafterin %(partner)s, Geschäftsführung: %(person)s")
        return line % {"partner": partner, "person": person}
    return _labelled(_representation_label(sender.legal_form), person)


def _representation_label(form: str) -> str:
    """Return the label for the representatives of a firm, all of whom must be named."""
    if form in (LegalForm.GMBH, LegalForm.GGMBH, LegalForm.UG):
        return _("Geschäftsführung: %s")
    if form == LegalForm.AG:
        return _("Vorstand: %s")
    if form in (LegalForm.KG, LegalForm.KGAA):
        return _("Persönlich haftend und vertretungsberechtigt: %s")
    return _("Vertreten durch: %s")


def _labelled(label: str, value: str) -> str:
    return label % value.strip() if value.strip() else ""
