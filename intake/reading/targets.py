"""What a value that was sent can become: the choices of a mapping, and of everybody who reads a known format."""

from django.utils.translation import gettext_noop as _

from contacts.description import FACTS

# Facts of a contact, in plain text.
_PERSON = ("salutation", "title", "first_name", "last_name", "company", "birth_date")
_PARTNER = ("partner_salutation", "partner_title", "partner_first_name", "partner_last_name")
_HOME = ("street", "postal_code", "city")
_PROPERTY = (
    *("property_kind", "property_street", "property_postal_code", "property_city"),
    *("living_area", "plot_area", "year_built", "sell_horizon"),
)
_VALUATION = ("value", "value_from", "value_to", "value_provider", "value_link")
FACT_TARGETS = (*_PERSON, *_PARTNER, *_HOME, *_PROPERTY, *_VALUATION, "source", "source_detail")
NAMES = {"full_name": _("Vor- und Nachname"), "name_first": _("Nachname, Vorname")}
# Numbers by their kind, as in `contacts.contact_points`.
PHONES = {
    "phone": (_("Telefon"), ""),
    "mobile": (_("Mobiltelefon"), "mobile"),
    "private_phone": (_("Telefon privat"), "private"),
    "work_phone": (_("Telefon geschäftlich"), "work"),
    "other_phone": (_("weitere Telefonnummer"), "other"),
    "fax": (_("Fax"), "fax"),
}
# Parts of an address that are joined or split; those of the object begin with "property_".
PLACES = {
    "house_number": _("Hausnummer"),
    "place": _("PLZ und Ort"),
    "address": _("Ganze Anschrift"),
    "property_house_number": _("Hausnummer des Objekts"),
    "property_place": _("PLZ und Ort des Objekts"),
    "property_address": _("Ganze Anschrift des Objekts"),
}
CONSENTS = {
    "consent_email": _("Einwilligung E-Mail"),
    "consent_phone": _("Einwilligung Telefon"),
    "consent_letter": _("Einwilligung Post"),
}
ABOUT_CONSENTS = {"consent_wording": _("Wortlaut der Einwilligung"), "consent_place": _("Einwilligung wo")}
CAMPAIGN = (
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"),
    *("gclid", "gbraid", "wbraid", "fbclid", "msclkid"),
)
SINGLE = {
    "email": _("E-Mail-Adresse"),
    "message": _("Nachricht"),
    "subject": _("Worum es geht"),
    "foreign_id": _("Kennung beim Absender"),
    "occurred_at": _("Zeitpunkt"),
}
TEXT, OMIT, FURTHER = "text", "omit", ""
ELSEWHERE = {TEXT: _("in den Text"), OMIT: _("weglassen"), FURTHER: _("Weitere Angaben")}

LABELS: dict[str, str] = (
    NAMES
    | {name: FACTS[name].label for name in FACT_TARGETS}
    | {"email": SINGLE["email"]}
    | {key: label for key, (label, _kind) in PHONES.items()}
    | PLACES
    | {key: label for key, label in SINGLE.items() if key != "email"}
    | CONSENTS
    | ABOUT_CONSENTS
    | {name: name for name in CAMPAIGN}
    | ELSEWHERE
)
"""German labels of all targets, in the order in which a page offers them; `gettext` translates them."""
