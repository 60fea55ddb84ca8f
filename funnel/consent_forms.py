"""Forms about consent, for colleagues and for people who lost their unsubscribe link."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.fields import EmailField, MomentField, TidyText, until
from contacts.consent import BY_HAND
from contacts.models import Consent

WAYS = [(method, Consent.Method(method).label) for method in BY_HAND]


class ObjectionForm(TidyText, forms.Form):
    """How a contact objected to advertising."""

    method = forms.ChoiceField(label=gettext_lazy("Wie"), choices=WAYS, initial=Consent.Method.SPOKEN, required=False)
    place = forms.CharField(
        label=gettext_lazy("Wo"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("zum Beispiel „am Telefon“"),
    )
    everything = forms.BooleanField(label=gettext_lazy("Gilt auch für Telefon und Post"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        return values | {"method": values.get("method") or Consent.Method.SPOKEN}


class NewConsentForm(TidyText, forms.Form):
    """The new consent by which a suppression is lifted."""

    method = forms.ChoiceField(label=gettext_lazy("Wie"), choices=WAYS)
    occurred_at = MomentField(label=gettext_lazy("Wann"), required=False, help_text=gettext_lazy("leer: jetzt"))
    wording = forms.CharField(
        label=gettext_lazy("Wortlaut"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Was der Kontakt gelesen oder gehört hat, als er neu eingewilligt hat."),
    )
    place = forms.CharField(label=gettext_lazy("Wo"), max_length=200, required=False)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].validators.append(until(now))


class AddressForm(TidyText, forms.Form):
    """The address that somebody wants to unsubscribe."""

    address = EmailField(label=gettext_lazy("E-Mail-Adresse"), max_length=254)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].widget.attrs["autocomplete"] = "email"
        self.fields["address"].error_messages["required"] = _("Bitte geben Sie die E-Mail-Adresse an.")


class DoubtForm(forms.Form):
    """Whether a reply was an objection."""

    objects = forms.ChoiceField(choices=[("1", gettext_lazy("Widerspruch")), ("0", gettext_lazy("kein Widerspruch"))])
