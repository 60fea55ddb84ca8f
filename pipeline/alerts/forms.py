"""The form by which users say how they wish to be told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pipeline.models import Wish


class WishForm(forms.Form):
    """Mails, of which contacts, and quiet hours: both ends of them or none."""

    mail = forms.ChoiceField(
        label=_("E-Mail, wenn ein Kontakt wartet"),
        choices=Wish.Mail,
        help_text=_("Kommen viele auf einmal, stehen sie zusammen in einer Mail: höchstens alle fünf Minuten eine."),
    )
    leads = forms.ChoiceField(label=_("Von welchen Kontakten"), choices=Wish.Leads)
    quiet_from = forms.TimeField(label=_("Ruhe von"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    quiet_until = forms.TimeField(
        label=_("Ruhe bis"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
        help_text=_("In dieser Zeit kommt nichts; was dann kam, kommt danach gesammelt. Leer: keine Ruhezeit."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("quiet_from"), data.get("quiet_until")
        if self.errors:
            return data
        if (start is None) != (end is None):
            empty = "quiet_from" if start is None else "quiet_until"
            self.add_error(empty, _("Bitte beide Zeiten angeben, oder keine."))
        elif start is not None and start == end:
            self.add_error("quiet_until", _("Beginn und Ende sind gleich. Ohne Ruhezeit bitte beide leer lassen."))
        return data


class SubscriptionForm(forms.Form):
    """What a browser says of itself, as its vendor gave it; `subscriptions` looks closer."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)
