"""What people may say about steps and the sender. Only the listed fields are read; the rest is ignored."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import AddressField, NameField
from accounts.models import HUES
from funnel import imprint, placeholders
from funnel.models import Sender, Step
from funnel.sequences import Content

LONGEST_DELAY = 365
MOST_A_DAY, MOST_A_WEEK = 5, 20


class ClockField(forms.TimeField):
    """A time of day without seconds."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class OptionalAddressField(AddressField):
    """An address, or nothing."""

    def clean(self, value: Any) -> str:
        return super().clean(value) if (value or "").strip() else ""


class StepForm(forms.Form):
    """One mail of a series and when it goes."""

    subject = forms.CharField(label=gettext_lazy("Betreff"), max_length=150)
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
    )
    delay_days = forms.IntegerField(
        label=gettext_lazy("Tage Abstand"),
        min_value=0,
        max_value=LONGEST_DELAY,
        help_text=gettext_lazy("nach dem Schritt davor, beim ersten nach dem Start"),
    )
    send_at = ClockField(
        label=gettext_lazy("Uhrzeit"),
        required=False,
        help_text=gettext_lazy("leer: sobald der Versand offen ist"),
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput, required=False)

    @staticmethod
    def values(step: Step) -> dict[str, Any]:
        """The step as the form shows it."""
        return {name: getattr(step, name) for name in ("subject", "body", "delay_days", "send_at", "version")}

    def clean_subject(self) -> str:
        return _sound(self.cleaned_data["subject"], placeholders.subject_problems)

    def clean_body(self) -> str:
        body = self.cleaned_data["body"].replace("\r\n", "\n").replace("\r", "\n").strip("\n")
        if not body.strip():
            raise ValidationError(_("Der Text fehlt."))
        return _sound(body, placeholders.problems)

    @property
    def content(self) -> Content:
        """What was understood."""
        return Content(
            **{name: self.cleaned_data[name] for name in ("subject", "body", "delay_days", "send_at")}
        )


class DraftForm(StepForm):
    """A step that is looked at before it is saved: only the text counts."""

    who = forms.CharField(required=False, max_length=200)
    face = forms.ChoiceField(required=False, choices=[("html", "html"), ("text", "text")])
    delay_days = forms.CharField(required=False)
    send_at = forms.CharField(required=False)
    version = forms.CharField(required=False)


class PreviewForm(DraftForm):
    """A step as far as it is written: the subject may come last."""

    subject = forms.CharField(required=False, max_length=150)

    def clean_subject(self) -> str:
        return super().clean_subject() if self.cleaned_data["subject"] else ""


class PlaceForm(forms.Form):
    """Up or down."""

    direction = forms.TypedChoiceField(choices=[("up", "up"), ("down", "down")])

    @property
    def by(self) -> int:
        return -1 if self.cleaned_data["direction"] == "up" else 1


class SwitchForm(forms.Form):
    """On or off."""

    on = forms.ChoiceField(choices=[("1", "1"), ("0", "0")])


class HolidayForm(forms.Form):
    """A day without mails."""

    day = forms.DateField(
        label=gettext_lazy("Tag"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    name = NameField(label=gettext_lazy("Anlass"), max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="holiday_%s", **kwargs)  # the page has another field called name


class SenderForm(forms.Form):
    """Who the mails come from, the Impressum, and when they leave."""

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
                *("legal_form", "legal_name", "represented_by", "street", "postal_code", "city", "phone"),
                *("contact_email", "register", "vat_id", "supervisor", "privacy_url"),
            ),
        ),
        (
            gettext_lazy("Versandzeiten und Grenzen"),
            gettext_lazy(
                "Mails gehen montags bis freitags in diesem Zeitfenster hinaus, nicht an freien Tagen."
            ),
            ("window_from", "window_until", "most_a_day", "most_a_week"),
        ),
    )

    name = NameField(label=gettext_lazy("Absendername"), max_length=120, required=False)
    email = OptionalAddressField(
        label=gettext_lazy("Absenderadresse"),
        required=False,
        help_text=gettext_lazy(
            "Ihr Mailserver muss für sie senden dürfen. Leer: die Adresse dieser Installation."
        ),
    )
    hue = forms.TypedChoiceField(
        label=gettext_lazy("Farbe der Mails"),
        coerce=int,
        choices=[(number, str(number)) for number in range(1, HUES + 1)],
        widget=forms.RadioSelect,
    )
    legal_form = forms.ChoiceField(
        label=gettext_lazy("Rechtsform"),
        choices=[("", gettext_lazy("bitte wählen")), *Sender.LegalForm.choices],
        required=False,
    )
    legal_name = NameField(label=gettext_lazy("Firma"), max_length=120, required=False)
    represented_by = NameField(
        label=gettext_lazy("Inhaber oder vertreten durch"), max_length=200, required=False
    )
    street = NameField(label=gettext_lazy("Straße und Hausnummer"), max_length=120, required=False)
    postal_code = NameField(label=gettext_lazy("PLZ"), max_length=10, required=False)
    city = NameField(label=gettext_lazy("Ort"), max_length=80, required=False)
    phone = NameField(label=gettext_lazy("Telefon"), max_length=40, required=False)
    contact_email = OptionalAddressField(label=gettext_lazy("E-Mail-Adresse im Impressum"), required=False)
    register = NameField(label=gettext_lazy("Registergericht und -nummer"), max_length=120, required=False)
    vat_id = NameField(label=gettext_lazy("USt-IdNr."), max_length=20, required=False)
    supervisor = NameField(
        label=gettext_lazy("Aufsichtsbehörde (§ 34c GewO)"), max_length=200, required=False
    )
    privacy_url = NameField(
        label=gettext_lazy("Datenschutzerklärung (Adresse)"), max_length=300, required=False
    )
    window_from = ClockField(label=gettext_lazy("Versand ab"))
    window_until = ClockField(label=gettext_lazy("Versand bis"))
    most_a_day = forms.IntegerField(
        label=gettext_lazy("Höchstens Mails am Tag je Person"), min_value=1, max_value=MOST_A_DAY
    )
    most_a_week = forms.IntegerField(
        label=gettext_lazy("Höchstens Mails in sieben Tagen je Person"), min_value=1, max_value=MOST_A_WEEK
    )

    version = forms.IntegerField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)

    @classmethod
    def of(cls, sender: Sender, data: Any = None) -> "SenderForm":
        """The form of this sender, with what is missing marked."""
        form = cls(data, initial={name: getattr(sender, name) for name in cls.base_fields})
        form.missing = set(imprint.missing_fields(sender))  # type: ignore[attr-defined]
        return form

    def groups(self) -> list[tuple[Any, Any, list[tuple[forms.BoundField, bool]]]]:
        """Title, hint and the fields with whether the law misses them."""
        missing: set[str] = getattr(self, "missing", set())
        return [
            (title, hint, [(self[name], name in missing) for name in names])
            for title, hint, names in self.GROUPS
        ]

    @property
    def values(self) -> dict[str, Any]:
        """What was understood, without the version it was typed against."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def differences(self, sender: Sender) -> list[tuple[Any, str, str]]:
        """Label, present value and typed value of what is not the same."""
        return [
            (self[name].label, self._text(name, getattr(sender, name)), self._text(name, value))
            for name, value in self.values.items()
            if getattr(sender, name) != value
        ]

    def _text(self, name: str, value: Any) -> str:
        """As it is written in the form, „–“ for nothing."""
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value) or self.fields[name].widget.format_value(value)) if value else "–"

    def clean_privacy_url(self) -> str:
        address = self.cleaned_data["privacy_url"]
        if address:
            message = _("Bitte die ganze Adresse, beginnend mit https://")
            URLValidator(schemes=["http", "https"], message=message)(address)
        return address

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        opens, closes = values.get("window_from"), values.get("window_until")
        if opens and closes and opens >= closes:
            self.add_error("window_until", _("Das Zeitfenster muss später enden, als es beginnt."))
        if values.get("most_a_day", 0) > values.get("most_a_week", MOST_A_WEEK):
            self.add_error("most_a_week", _("In sieben Tagen nicht weniger als an einem."))
        return values


def _sound(text: str, problems: Any) -> str:
    found = problems(text)
    if found:
        raise ValidationError(found)
    return text
