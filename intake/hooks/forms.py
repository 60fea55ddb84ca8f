"""Forms of web hooks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import NameField
from base.fields import TidyText
from intake.hooks.learning import Row
from intake.models import Program
from intake.reading.targets import LABELS


class NewHookForm(TidyText, forms.Form):
    """A new web hook."""

    name = NameField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("So heißt der Eingangsweg, zum Beispiel „Wertermittlung auf unserer Website“."),
    )
    program = forms.ChoiceField(label=gettext_lazy("Wer sendet"), choices=Program)


class HookForm(TidyText, forms.Form):
    """What people call a web hook, and whether the consents count that it brings."""

    name = NameField(label=gettext_lazy("Name"), max_length=60)
    trusts_consents = forms.BooleanField(
        label=gettext_lazy("Einwilligungen ohne Bestätigungsmail übernehmen"),
        required=False,
        help_text=gettext_lazy("Nur mit Nachweis des Absenders: Das Programm hat die E-Mail-Adresse schon bestätigt."),
    )

    def __init__(self, *args: Any, has_proof: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_proof:
            del self.fields["trusts_consents"]


class SecretForm(forms.Form):
    """A secret that the sender has, for those who make it themselves."""

    given = forms.CharField(label=gettext_lazy("App-Geheimcode"), min_length=8, max_length=200, required=False)


class AccessForm(forms.Form):
    """A token with which the answers to lead ads are fetched."""

    token = forms.RegexField(
        r"^[\x21-\x7e]+$", label=gettext_lazy("Seiten-Zugriffstoken"), min_length=20, max_length=1000
    )


class PlaceForm(forms.Form):
    """Which arrival is meant, or behind which."""

    arrival = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False)


class MappingForm(forms.Form):
    """What each value of an example becomes; its page draws the fields itself, since Django takes long for so many."""

    def __init__(self, data: Any, rows: list[Row]) -> None:
        super().__init__(data)
        for row in rows:
            self.fields[f"target-{row.number}"] = forms.ChoiceField(choices=LABELS.items(), required=False)

    @property
    def chosen(self) -> dict[int, str]:
        return {int(name.partition("-")[2]): target for name, target in self.cleaned_data.items() if name in self.data}
