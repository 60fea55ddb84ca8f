"""Forms of what arrives by itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.fields import TidyText


class KeyForm(TidyText, forms.Form):
    """A new key: its name, and what it may do."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("Wer ihn benutzt, etwa „Unsere Website“; so heißt der Eingangsweg."),
    )
    may_write = forms.BooleanField(
        label=gettext_lazy("Schreiben"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Anfragen einliefern."),
    )
    may_read = forms.BooleanField(
        label=gettext_lazy("Lesen"), required=False, help_text=gettext_lazy("Alle Kontakte des Büros lesen.")
    )
    is_signed = forms.BooleanField(
        label=gettext_lazy("Nur signierte Anfragen"),
        required=False,
        help_text=gettext_lazy("Nach Standard Webhooks; das Geheimnis steht dann neben dem Schlüssel."),
    )
    trusts_consents = forms.BooleanField(
        label=gettext_lazy("Einwilligungen ohne Bestätigungsmail übernehmen"),
        required=False,
        help_text=gettext_lazy("Nur bei signierten Anfragen: Ihr Programm hat die E-Mail-Adresse schon bestätigt."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not (values.get("may_read") or values.get("may_write")):
            self.add_error("may_write", _("Bitte wählen Sie, was der Schlüssel darf."))
        if values.get("trusts_consents") and not values.get("is_signed"):
            self.add_error("trusts_consents", _("Das geht nur bei signierten Anfragen."))
        return values
