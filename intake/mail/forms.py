"""The form of a mailbox of the office's own."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import NameField
from base.fields import TidyText
from intake.models import Postbox

HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62}\.)+[a-z0-9][a-z0-9-]{0,62}", re.IGNORECASE)
MAX_SENDERS = 50
PORTS = [(993, gettext_lazy("993 (TLS)")), (143, gettext_lazy("143 (STARTTLS)"))]


class SendersForm(TidyText, forms.Form):
    """From where the office's own forms send mails."""

    senders = forms.CharField(
        label=gettext_lazy("Adressen oder Domains"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "eine je Zeile, zum Beispiel formular@ihr-buero.de oder ihr-website-dienst.de. Nur solche, von denen "
            "allein Formulare senden."
        ),
    )

    def clean_senders(self) -> list[str]:
        typed = [line.strip().removeprefix("@").lower() for line in self.cleaned_data["senders"].splitlines()]
        found = list(dict.fromkeys(filter(None, typed)))
        wrong = [one for one in found if not (HOST.fullmatch(one) or _is_address(one))]
        if wrong:
            what = {"what": wrong[0][:100]}
            raise ValidationError(_("Das ist weder eine E-Mail-Adresse noch eine Domain: %(what)s"), params=what)
        if len(found) > MAX_SENDERS:
            raise ValidationError(_("Höchstens %(limit)s Absender."), params={"limit": MAX_SENDERS})
        return found


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


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
