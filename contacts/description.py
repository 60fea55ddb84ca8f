"""The facts of a contact, each described once: form, page, history, files both ways, list and search follow from it.

Type and length of a column are those of the model; `tests/pipeline/test_description.py` checks the two against
each other. Knows no models, because the process that reads strangers' files has none.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

_Reach = Literal["email", "emails", "phone", "phones"]
Kind = Literal["text", "choice", _Reach, "tags", "area", "euros", "year", "date", "past", "link", "pairs"]

FIRST_YEAR_BUILT, LAST_YEAR_BUILT = 1000, 2100


@dataclass(frozen=True)
class Fact:
    """One field of a contact.

    `headers`: what else its column is called in files, parted by "|"; its label is the one that an export writes.
    `joint`: what joins several columns of a file that name it, or parts its values; "" if there can be only one.
    """

    name: str
    label: str  # German; `gettext` translates it
    group: str  # what it is edited with; "": it has a form of its own
    kind: Kind = "text"
    limit: int = 0  # characters, of a text
    headers: str = ""
    joint: str = ""
    searched: bool = False
    listed: bool = False  # whether the list shows it


@dataclass(frozen=True)
class Group:
    """Facts that are edited together."""

    key: str
    label: Promise
    fields: tuple[str, ...]


def _partner(german: str, english: str) -> str:
    """Return the other names of a column of the second person."""
    pattern = "Partner {0}|{0} Partner|Partnerin {0}|{0} 2|Ehepartner {0}|{0} Ehepartner|partner {1}"
    return pattern.format(german, english)


_ALL = (
    Fact("salutation", _("Anrede"), "person", "choice", headers="salutation"),
    Fact(
        "title",
        _("Titel"),
        "person",
        limit=40,
        headers="Akademischer Titel|academic title|title",
        searched=True,
        listed=True,
    ),
    Fact(
        "first_name",
        _("Vorname"),
        "person",
        limit=80,
        headers="Vornamen|Rufname|first name|given name",
        searched=True,
        listed=True,
    ),
    Fact(
        "last_name",
        _("Nachname"),
        "person",
        limit=80,
        headers="Name|Familienname|Zuname|last name|surname|family name",
        searched=True,
        listed=True,
    ),
    Fact(
        "company",
        _("Firma"),
        "person",
        limit=120,
        headers="Firmenname|Unternehmen|Organisation|company|organization",
        searched=True,
        listed=True,
    ),
    Fact("birth_date", _("Geburtsdatum"), "person", "past", headers="Geburtstag|birthday|birth date|date of birth"),
    Fact("partner_salutation", _("Anrede (2. Person)"), "partner", "choice", headers=_partner("Anrede", "salutation")),
    Fact("partner_title", _("Titel (2. Person)"), "partner", limit=40, headers=_partner("Titel", "title"), listed=True),
    Fact(
        "partner_first_name",
        _("Vorname (2. Person)"),
        "partner",
        limit=80,
        headers=_partner("Vorname", "first name"),
        searched=True,
        listed=True,
    ),
    Fact(
        "partner_last_name",
        _("Nachname (2. Person)"),
        "partner",
        limit=80,
        headers=_partner("Nachname", "last name"),
        searched=True,
        listed=True,
    ),
    Fact(
        "email",
        _("E-Mail-Adresse"),
        "reach",
        "email",
        254,
        headers="E-Mail|Mail|Mailadresse|E-Mail privat|email address",
        joint=" ",
        searched=True,
        listed=True,
    ),
    Fact("email_kind", _("Art der E-Mail-Adresse"), "reach", "choice", headers="email kind"),
    Fact("more_emails", _("Weitere E-Mail-Adressen"), "reach", "emails", headers="more email addresses", searched=True),
    Fact(
        "phone",
        _("Telefon"),
        "reach",
        "phone",
        40,
        headers="Telefonnummer|Telefon privat|Tel|Tel-Nr|Rufnummer|Festnetz|Mobil|Mobiltelefon|Mobilnummer|Handy|"
        "Handynummer|phone|phone number|telephone|mobile|mobile phone|cell",
        joint=" ",
        searched=True,
        listed=True,
    ),
    Fact("phone_kind", _("Art des Telefons"), "reach", "choice", headers="phone kind"),
    Fact("phone_words", _("Hinweis zum Telefon"), "reach", limit=120, headers="phone remark"),
    Fact("more_phones", _("Weitere Telefonnummern"), "reach", "phones", headers="more phone numbers", searched=True),
    Fact(
        "street",
        _("Straße und Hausnummer"),
        "address",
        limit=120,
        headers="Straße|Straße/Nr.|Straße Nr|Straße Hausnr|Straße/Hausnummer|Straße + Hausnummer|street|street address",
        joint=" ",
        searched=True,
    ),
    Fact(
        "postal_code",
        _("PLZ"),
        "address",
        limit=10,
        headers="Postleitzahl|zip|zip code|postal code|postcode",
        joint=" ",
        searched=True,
    ),
    Fact("city", _("Ort"), "address", limit=80, headers="Stadt|Wohnort|city|town", joint=" ", searched=True),
    Fact(
        "property_kind",
        _("Objektart"),
        "property",
        "choice",
        headers="Objekttyp|Immobilienart|Immobilientyp|property type",
    ),
    Fact("living_area", _("Wohnfläche in m²"), "property", "area", headers="Wohnfläche|living area"),
    Fact(
        "plot_area",
        _("Grundstück in m²"),
        "property",
        "area",
        headers="Grundstück|Grundstücksfläche|Grundstücksgröße|plot area|plot size|lot size",
    ),
    Fact("year_built", _("Baujahr"), "property", "year", headers="year built|year of construction"),
    Fact(
        "property_street",
        _("Straße und Hausnummer (Objekt)"),
        "property",
        limit=120,
        headers="Objektstraße|Objekt Straße|Straße Objekt|Straße (Objekt)|Straße des Objekts|Straße der Immobilie|"
        "Objektadresse|Adresse des Objekts|property street|property address",
        searched=True,
    ),
    Fact(
        "property_postal_code",
        _("PLZ (Objekt)"),
        "property",
        limit=10,
        headers="Objekt PLZ|PLZ des Objekts|PLZ der Immobilie|property zip|property postal code|property postcode",
        searched=True,
    ),
    Fact(
        "property_city",
        _("Ort (Objekt)"),
        "property",
        limit=80,
        headers="Objekt Ort|Objektort|Ort des Objekts|Ort der Immobilie|property city",
        searched=True,
    ),
    Fact(
        "sell_horizon",
        _("Verkaufszeitpunkt"),
        "property",
        "choice",
        headers="Verkaufshorizont|Zeitpunkt des Verkaufs|Geplanter Verkauf|Verkauf geplant|sell horizon|time to sell",
    ),
    Fact(
        "value",
        _("Wert"),
        "valuation",
        "euros",
        headers="Wert in Euro|Wert in EUR|Immobilienwert|Marktwert|Verkehrswert|Schätzwert|Bewertungsergebnis|"
        "property value|estimated value",
    ),
    Fact("value_from", _("Wert von"), "valuation", "euros", headers="Bewertung von|Wert ab|value from|minimum value"),
    Fact("value_to", _("Wert bis"), "valuation", "euros", headers="Bewertung bis|value to|maximum value"),
    Fact(
        "value_provider",
        _("Bewertet von"),
        "valuation",
        limit=120,
        headers="Bewertungsanbieter|Bewertung durch|valuation provider",
    ),
    Fact(
        "value_link",
        _("Link zur Bewertung"),
        "valuation",
        "link",
        500,
        headers="Bewertungslink|Link zum Gutachten|valuation link|report url",
    ),
    Fact("source", _("Quelle"), "source", "choice", headers="Herkunft|Leadquelle|source|lead source", listed=True),
    Fact(
        "source_detail",
        _("Quelle im Einzelnen"),
        "source",
        limit=120,
        headers="Quelle Detail|Quelle Details|source detail",
        listed=True,
    ),
    Fact(
        "foreign_ids",
        _("Kennungen anderer Systeme"),
        "source",
        "pairs",
        headers="Externe Kennungen|Externe IDs|foreign ids|external ids",
        searched=True,
    ),
    Fact("campaign", _("Kampagnendaten"), "further", "pairs", headers="utm|campaign data|tracking"),
    Fact("further", _("Weitere Angaben"), "further", "pairs", headers="Zusatzangaben|further details|extra"),
    Fact(
        "due_on",
        _("Fällig am"),
        "",
        "date",
        headers="Fällig|Fälligkeit|Fälligkeitsdatum|Wiedervorlage|Wiedervorlage am|due|due date|due on|follow-up|"
        "follow up date",
        listed=True,
    ),
    Fact(
        "due_note",
        _("Notiz zur Fälligkeit"),
        "",
        limit=200,
        headers="Notiz zur Wiedervorlage|Wiedervorlage Notiz|due note",
    ),
    Fact(
        "tags",
        _("Schlagwörter"),
        "tags",
        "tags",
        30,
        headers="Schlagworte|Stichwörter|Tags|labels",
        joint=", ",
        searched=True,
    ),
)
_LABELS = {
    "person": gettext_lazy("Person"),
    "partner": gettext_lazy("Zweite Person"),
    "reach": gettext_lazy("Erreichbarkeit"),
    "address": gettext_lazy("Adresse"),
    "property": gettext_lazy("Objekt"),
    "valuation": gettext_lazy("Bewertung"),
    "source": gettext_lazy("Quelle"),
    "tags": gettext_lazy("Schlagwörter"),
    "further": gettext_lazy("Weitere Angaben"),
}

FACTS = {fact.name: fact for fact in _ALL}
GROUPS = {
    key: Group(key, label, tuple(fact.name for fact in _ALL if fact.group == key)) for key, label in _LABELS.items()
}
EDITED = tuple(name for group in GROUPS.values() for name in group.fields)
NAMES = ("last_name", "company", "email", "phone")  # one of them at least, or nobody could tell who it is
