"""The form for an office's sender."""

import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import NameField
from accounts.models import HUES
from base.fields import EmailField
from funnel.forms import ClockField
from funnel.letters import imprint
from funnel.letters.legal_forms import COMPANY_LIMITED
from funnel.models import LegalForm, Sender

MAX_PER_DAY, MAX_PER_WEEK = 5, 20


def optional(label: Any, longest: int, hint: Any = "") -> NameField:
    """Return an optional field; `imprint` decides which ones the law requires."""
    return NameField(label=label, max_length=longest, help_text=hint, required=False)


class SenderForm(forms.Form):
    """The sender, the Impressum, and when mails are sent."""

    GROUPS = (
        (
            gettext_lazy("Absender"),
            gettext_lazy("So erscheint Ihr Büro im Postfach der Empfänger."),
            ("name", "email", "hue"),
        ),
        (
            gettext_lazy("Impressum"),
            gettext_lazy("Steht unter jeder Mail. Ohne vollständiges Impressum geht keine Mail hinaus."),
            (
                *("legal_form", "legal_name", "represented_by", "register"),
                *("street", "postal_code", "city", "seat"),
                *("general_partner", "general_partner_register", "board_chair"),
                *("phone", "contact_email", "vat_id", "supervisor", "privacy_url"),
            ),
        ),
        (
            gettext_lazy("Versandzeiten und Grenzen"),
            gettext_lazy("Mails gehen montags bis freitags in diesem Zeitfenster hinaus, nicht an freien Tagen."),
            ("window_from", "window_until", "max_per_day", "max_per_week"),
        ),
    )

    name = optional(gettext_lazy("Absendername"), 120)
    email = EmailField(
        label=gettext_lazy("Absenderadresse"),
        required=False,
        help_text=gettext_lazy("Ihr Mailserver muss für sie senden dürfen. Leer: die Adresse dieser Installation."),
    )
    hue = forms.TypedChoiceField(
        label=gettext_lazy("Farbe der Mails"),
        coerce=int,
        choices=[(number, str(number)) for number in range(1, HUES + 1)],
        widget=forms.RadioSelect,
    )
    legal_form = forms.ChoiceField(
        label=gettext_lazy("Rechtsform"),
        choices=[("", gettext_lazy("bitte wählen")), *LegalForm.choices],
        required=False,
    )
    legal_name = optional(
        gettext_lazy("Firma"), 120, gettext_lazy("so, wie sie im Register steht; sie wird nicht verändert")
    )
    represented_by = optional(
        gettext_lazy("Inhaber oder vertreten durch"),
        200,
        gettext_lazy("alle mit Vor- und Nachnamen: Inhaber, Gesellschafter, Geschäftsführung oder Vorstand"),
    )
    seat = optional(gettext_lazy("Sitz"), 80, gettext_lazy("nur, wenn er nicht am Ort der Anschrift ist"))
    general_partner = optional(
        gettext_lazy("Persönlich haftende Gesellschafterin"),
        120,
        gettext_lazy("nur GmbH & Co. KG: ihre Firma; ihre Geschäftsführung steht bei „vertreten durch“"),
    )
    general_partner_register = optional(gettext_lazy("Ihr Registergericht und ihre Nummer"), 120)
    board_chair = optional(
        gettext_lazy("Vorsitz des Aufsichtsrats"),
        120,
        gettext_lazy("bei AG und KGaA; bei einer GmbH nur, wenn sie einen Aufsichtsrat hat"),
    )
    street = optional(gettext_lazy("Straße und Hausnummer"), 120)
    postal_code = optional(gettext_lazy("PLZ"), 10)
    city = optional(gettext_lazy("Ort"), 80)
    phone = optional(gettext_lazy("Telefon"), 40)
    contact_email = EmailField(label=gettext_lazy("E-Mail-Adresse im Impressum"), required=False)
    register = optional(
        gettext_lazy("Registergericht und -nummer"),
        120,
        gettext_lazy("zum Beispiel „Amtsgericht Köln, HRB 12345“"),
    )
    vat_id = optional(gettext_lazy("USt-IdNr."), 20)
    supervisor = optional(gettext_lazy("Aufsichtsbehörde (§ 34c GewO)"), 200)
    privacy_url = optional(gettext_lazy("Datenschutzerklärung (Adresse)"), 300)
    window_from = ClockField(label=gettext_lazy("Versand ab"))
    window_until = ClockField(label=gettext_lazy("Versand bis"))
    max_per_day = forms.IntegerField(
        label=gettext_lazy("Höchstens Mails am Tag je Person"), min_value=1, max_value=MAX_PER_DAY
    )
    max_per_week = forms.IntegerField(
        label=gettext_lazy("Höchstens Mails in sieben Tagen je Person"), min_value=1, max_value=MAX_PER_WEEK
    )

    version = forms.IntegerField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)
    missing: Collection[str] = ()  # required fields that are empty

    def clean_register(self) -> str:
        return _register(self.cleaned_data["register"])

    def clean_general_partner_register(self) -> str:
        return _register(self.cleaned_data["general_partner_register"])

    @classmethod
    def of(cls, sender: Sender, data: Any = None) -> "SenderForm":
        """Return the form for a sender, with required fields that are empty marked as missing."""
        form = cls(data, initial={name: getattr(sender, name) for name in cls.base_fields})
        form.missing = set(imprint.missing_fields(sender))
        return form

    def groups(self) -> list[tuple[Any, Any, list[tuple[forms.BoundField, bool]]]]:
        """Return title, hint and fields of each group; fields are paired with whether they are missing."""
        return [
            (title, hint, [(self[name], name in self.missing) for name in names]) for title, hint, names in self.GROUPS
        ]

    @property
    def values(self) -> dict[str, Any]:
        """The validated values without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def differences(self, sender: Sender) -> list[tuple[Any, str, str]]:
        """Return label, present value and entered value of each field that differs from the sender."""
        return [
            (self[name].label, self._text(name, getattr(sender, name)), self._text(name, value))
            for name, value in self.values.items()
            if getattr(sender, name) != value
        ]

    def _text(self, name: str, value: Any) -> str:
        """Return a value as the form displays it, „–“ if empty."""
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value) or self.fields[name].widget.format_value(value)) if value else "–"

    def clean_privacy_url(self) -> str:
        address = self.cleaned_data["privacy_url"]
        if address:
            message = _("Bitte die ganze Adresse, beginnend mit https://")
            URLValidator(schemes=["http", "https"], message=message)(address)
        return address

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        is_limited = COMPANY_LIMITED.search(values.get("legal_name") or "")
        if values.get("legal_form") == LegalForm.KG and is_limited:
            self.add_error("legal_form", _("Diese Firma ist eine GmbH & Co. KG: Bitte wählen Sie diese Rechtsform."))
        opens, closes = values.get("window_from"), values.get("window_until")
        if opens and closes and opens >= closes:
            self.add_error("window_until", _("Das Zeitfenster muss später enden, als es beginnt."))
        if values.get("max_per_day", 0) > values.get("max_per_week", MAX_PER_WEEK):
            self.add_error("max_per_week", _("In sieben Tagen nicht weniger als an einem."))
        return values


def _register(text: str) -> str:
    """Require both court and number, as the law does."""
    if text and not re.search(r"[^\W\d_]{3}.*\d", text):
        raise ValidationError(
            _("Bitte Registergericht und Nummer angeben, zum Beispiel „Amtsgericht Köln, HRB 12345“.")
        )
    return text
