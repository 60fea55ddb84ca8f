"""Forms about offices, members and users themselves. Only the listed fields are read."""

import re
import unicodedata
import zoneinfo
from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import resets
from accounts.adapter import SIGNS_IN
from accounts.models import Account, Role, User
from accounts.tasks import send_reset
from base.fields import DayField, EmailField, offer, valid_email

# Line breaks would reach mail headers, direction marks would turn the text around them.
REFUSED = {"Cc", "Zl", "Zp"}
DIRECTION_MARKS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
LINK = re.compile(r"://|//|www\.|@|[^\W_]{2,}\.[^\W\d_]{2,}", re.IGNORECASE)  # what a mail program makes a link of
LEADING_ON = re.compile(r"://|www\.|\.[^\W\d_]{2,}/", re.IGNORECASE)  # a firm may be called „haus24.de“
ZONES = (
    ("Europe/Berlin", _("Deutschland (Berlin)")),
    ("Europe/Vienna", _("Österreich (Wien)")),
    ("Europe/Zurich", _("Schweiz (Zürich)")),
    ("Europe/Luxembourg", _("Luxemburg")),
    ("Europe/Brussels", _("Belgien (Brüssel)")),
    ("Europe/Amsterdam", _("Niederlande (Amsterdam)")),
    ("Europe/Paris", _("Frankreich (Paris)")),
    ("Europe/Rome", _("Italien (Rom)")),
    ("Europe/Madrid", _("Spanien (Madrid)")),
    ("Atlantic/Canary", _("Kanarische Inseln")),
    ("Europe/Lisbon", _("Portugal (Lissabon)")),
    ("Europe/London", _("Großbritannien (London)")),
    ("Europe/Athens", _("Griechenland (Athen)")),
    ("UTC", "UTC"),
)


class NameField(forms.CharField):
    """A line of plain text, trimmed and in NFC."""

    def clean(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", super().clean(value))
        if any(unicodedata.category(sign) in REFUSED or sign in DIRECTION_MARKS for sign in text):
            raise ValidationError(_("Bitte ohne Zeilenumbrüche und Steuerzeichen."))
        return text


class PersonNameField(NameField):
    """The name of a person. Mails to strangers contain it, so it must not be a message with a link."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if LINK.search(text):
            raise ValidationError(_("Bitte nur den Namen, ohne Internet- oder E-Mail-Adresse."))
        return text


class FirmField(NameField):
    """The name of an office: as that of a person, but a firm may be called like its domain."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if LEADING_ON.search(text):
            raise ValidationError(_("Bitte nur den Namen, ohne Internetadresse."))
        return text


class PersonForm(forms.Form):
    """The two names of a person."""

    first_name = PersonNameField(label=_("Vorname"), max_length=80)
    last_name = PersonNameField(label=_("Nachname"), max_length=80)


class InvitationForm(PersonForm):
    """The address and role of an invitation."""

    email = EmailField(label=_("E-Mail-Adresse"))
    role = forms.ChoiceField(label=_("Rolle"), choices=Role, initial=Role.AGENT)

    field_order = ["email", "first_name", "last_name", "role"]


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("Rolle"), choices=Role)


class AbsenceForm(forms.Form):
    """From when until when a member is away; both empty: not at all, only the first: until further notice."""

    absent_from = DayField(label=_("Abwesend von"), max_length=20, required=False)
    absent_until = DayField(
        label=_("bis einschließlich"), max_length=20, required=False, help_text=_("Leer: bis auf Weiteres.")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("absent_from"), given.get("absent_until")
        if self.errors or end is None:
            return given
        if start is None:
            self.add_error("absent_from", _("Bitte auch den ersten Tag angeben."))
        elif end < start:
            self.add_error("absent_until", _("Der letzte Tag liegt vor dem ersten."))
        return given


class AcceptanceForm(PersonForm):
    """How somebody invited is called and the password chosen."""

    password = forms.CharField(
        label=_("Passwort"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )

    def __init__(self, *args: Any, member: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_password(self) -> str:
        known = User(
            email=self.member.email,
            first_name=self.cleaned_data.get("first_name", ""),
            last_name=self.cleaned_data.get("last_name", ""),
        )
        validate_password(self.cleaned_data["password"], known)
        return self.cleaned_data["password"]


class SignInForm(LoginForm):
    """The login. After a password reset, the address is filled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if email := self.request.session.get(SIGNS_IN):
            self.fields["login"].initial = email
            self.fields["password"].widget.attrs["autofocus"] = True

    def login(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        request.session.pop(SIGNS_IN, None)
        return super().login(request, **kwargs)


class ResetForm(ResetPasswordForm):
    """A forgotten password. Known and unknown addresses take the same time: one query and one deferred job."""

    def clean_email(self) -> str:
        return valid_email(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        address = self.cleaned_data["email"]
        send_reset.defer(user_id=resets.owner(address))
        return str(address)


class ThemeForm(forms.Form):
    """Light, dark, or as the system has it."""

    theme = forms.ChoiceField(label=_("Darstellung"), choices=User.Theme)


class ProfileForm(PersonForm, ThemeForm):
    """The profile of the user."""

    field_order = ["first_name", "last_name", "theme"]


class OfficeForm(forms.Form):
    """What an administrator decides about the office."""

    name = FirmField(label=_("Name des Büros"), max_length=120)
    time_zone = forms.ChoiceField(
        label=_("Zeitzone"),
        help_text=_("Nach ihr richtet sich, wann für Ihr Büro ein Tag beginnt: heute fällig, überfällig."),
    )
    agents_see = forms.ChoiceField(
        label=_("Makler sehen"),
        choices=Account.Sight,
        help_text=_(
            "Was ein Makler nicht sieht, gibt es für ihn nicht: weder in Liste und Pipeline noch in der Suche."
        ),
    )
    shows_presence = forms.BooleanField(
        label=_("Zeigen, wer gerade da ist"),
        help_text=_(
            "Wer dieselbe Seite offen hat, sieht die Kürzel der anderen. Gespeichert wird davon nichts: Es gibt keinen "
            "Verlauf, und wer eine Seite schließt, verschwindet gleich darauf."
        ),
        required=False,
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = list(ZONES)
        if account.time_zone not in dict(zones):  # set by the operator: must not change by saving the page
            zones.append((account.time_zone, account.time_zone))
        offer(self, "time_zone", zones)

    def clean_time_zone(self) -> str:
        name = self.cleaned_data["time_zone"]
        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise ValidationError(_("Diese Zeitzone ist auf dem Server unbekannt.")) from error
        return name
