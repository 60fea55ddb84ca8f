"""The form field for pairs of label and value: lines „Etage: 3. OG“."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.fields import no_control_signs_but_lines
from contacts import pairs
from contacts.pairs import BOUNDS, Pair

MAX_LENGTH = 60_000


class PairsField(forms.CharField):
    """Pairs, a line each; `name` is the field of the contact, which has bounds of its own."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, name: str, **kwargs: Any) -> None:
        self.name = name
        hint = gettext_lazy("je Zeile eine: „Bezeichnung: Wert“")
        super().__init__(max_length=MAX_LENGTH, required=False, help_text=hint, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return pairs.write(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[Pair]:
        text = super().clean(value)
        no_control_signs_but_lines(text)
        found, left = pairs.tidy(self.name, pairs.read(text))
        if left:
            bounds = BOUNDS[self.name]
            limits = {"pairs": bounds.pairs, "value": bounds.value}
            raise ValidationError(_("Höchstens %(pairs)s Angaben mit je %(value)s Zeichen."), params=limits)
        return found
