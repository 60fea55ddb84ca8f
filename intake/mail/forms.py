"""The form of a mailbox of the office's own."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import NameField
from base.fields import TidyText
from intake.models import Postbox

HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62}\.)+[a-z0-9][a-z0-9-]{0,62}", re.IGNORECASE)
PORTS = [(993, gettext_lazy("993 (TLS)")), (143, gettext_lazy("143 (STARTTLS)"))]


class PostboxForm(TidyText, forms.Form):
    """Where a mailbox is, and how to log in. The password is asked for each time, and never shown."""

    name = NameField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("So heißt der Eingangsweg bei Ihnen, zum Beispiel „Portale“."),
    )
    host = forms.CharField(
        label=gettext_lazy("Server"), max_length=253, help_text=gettext_lazy("zum Beispiel imap.ihr-anbieter.de")
    )
    port = forms.TypedChoiceField(label=gettext_lazy("Port"), choices=PORTS, coerce=int, initial=993)
    login = forms.CharField(
        label=gettext_lazy("Benutzername"), max_length=200, help_text=gettext_lazy("meist die E-Mail-Adresse")
    )
    password = forms.CharField(
        label=gettext_lazy("Passwort"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Wird verschlüsselt gespeichert und nie wieder gezeigt."),
    )
    folder = forms.CharField(label=gettext_lazy("Ordner"), max_length=200, initial="INBOX")

    @classmethod
    def of(cls, postbox: Postbox, data: Any = None) -> "PostboxForm":
        """Return the form of a mailbox, without its password."""
        known = {name: getattr(postbox, name) for name in ("host", "port", "folder")}
        return cls(data, initial=known | {"name": postbox.inlet.name, "login": postbox.user})

    def clean_host(self) -> str:
        host = str(self.cleaned_data["host"]).lower()
        if not HOST.fullmatch(host):
            raise ValidationError(_("Bitte nur den Namen des Servers, ohne „imap://“ und ohne Port."))
        return host
