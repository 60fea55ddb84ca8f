"""Forms for steps, switches and holidays."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import NameField
from funnel.letters import placeholders
from funnel.models import Step
from funnel.series.sequences import Content

MAX_DELAY_DAYS = 365


class ClockField(forms.TimeField):
    """A time of day without seconds."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class StepForm(forms.Form):
    """One mail of a sequence and when it is sent."""

    subject = forms.CharField(label=gettext_lazy("Betreff"), max_length=150)
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
    )
    delay_days: forms.Field = forms.IntegerField(
        label=gettext_lazy("Tage Abstand"),
        min_value=0,
        max_value=MAX_DELAY_DAYS,
        help_text=gettext_lazy("nach dem Schritt davor, beim ersten nach dem Start"),
    )
    send_at: forms.Field = ClockField(
        label=gettext_lazy("Uhrzeit"),
        required=False,
        help_text=gettext_lazy("leer: sobald der Versand offen ist"),
    )
    version: forms.Field = forms.IntegerField(min_value=1, widget=forms.HiddenInput, required=False)

    @staticmethod
    def values(step: Step) -> dict[str, Any]:
        """Return the initial values for a step."""
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
        """The validated content of the step."""
        return Content(**{name: self.cleaned_data[name] for name in ("subject", "body", "delay_days", "send_at")})


class DraftForm(StepForm):
    """A step that is previewed before it is saved; only its text is validated."""

    who = forms.CharField(required=False, max_length=200)
    format = forms.ChoiceField(required=False, choices=[("html", "html"), ("text", "text")])
    delay_days = forms.CharField(required=False)
    send_at = forms.CharField(required=False)
    version = forms.CharField(required=False)


class PreviewForm(DraftForm):
    """An unfinished step, whose subject may still be missing."""

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

    day = forms.DateField(label=gettext_lazy("Tag"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    name = NameField(label=gettext_lazy("Anlass"), max_length=80, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="holiday_%s")  # the page has another field called name


def _sound(text: str, problems: Any) -> str:
    found = problems(text)
    if found:
        raise ValidationError(found)
    return text
