"""The form of an office's hours, and of the minutes after which a lead without an answer is late."""

from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.hours import Day, text_of, week_of
from accounts.models import Account

LONGEST = 10_000  # minutes


class ClockField(forms.TimeField):
    """A time of the day in whole minutes."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, input_formats=["%H:%M", "%H:%M:%S"], **kwargs)

    def to_python(self, value: Any) -> time | None:
        found = super().to_python("00:00" if value == "24:00" else value)
        return found.replace(second=0, microsecond=0) if found else None


class MinutesField(forms.IntegerField):
    """A number of minutes; none if it is left empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, min_value=1, max_value=LONGEST, **kwargs)


class HoursForm(forms.Form):
    """When somebody answers on each weekday, and after how many minutes of that a lead is late, or told to managers."""

    late_after = MinutesField(
        label=gettext_lazy("Überfällig nach (Minuten)"),
        help_text=gettext_lazy(
            "So lange darf eine Anfrage während der Bürozeiten ohne Antwort bleiben. Danach wird ihre Karte "
            "dringlich, und wer sie betreut, wird erinnert. Leer: nie."
        ),
    )
    managers_after = MinutesField(
        label=gettext_lazy("Manager benachrichtigen nach (Minuten)"),
        help_text=gettext_lazy("Ab Eingang der Anfrage, während der Bürozeiten. Leer: nie."),
    )

    def __init__(self, data: Any, *, account: Account) -> None:
        initial: dict[str, Any] = {"late_after": account.late_after, "managers_after": account.managers_after}
        for number, day in enumerate(week_of(account.office_hours)):
            initial |= {f"from_{number}": day and day[0], f"until_{number}": day and day[1]}
        super().__init__(data, initial=initial)
        for number, name in WEEKDAYS.items():
            self.fields[f"from_{number}"] = ClockField(label=_("%(day)s, von") % {"day": name})
            self.fields[f"until_{number}"] = ClockField(label=_("%(day)s, bis") % {"day": name})

    @property
    def week(self) -> list[dict[str, Any]]:
        """Return the weekdays as the page shows them, each with its two fields."""
        return [
            {"name": name, "times": [self[f"from_{number}"], self[f"until_{number}"]]}
            for number, name in WEEKDAYS.items()
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        week = [self._day(number) for number in WEEKDAYS]
        late, managers = given.get("late_after"), given.get("managers_after")
        if late and managers and managers < late:
            self.add_error("managers_after", _("Bitte nicht weniger Minuten als bis „überfällig“."))
        if self.errors:
            return given
        if not any(week):
            raise ValidationError(_("Bitte mindestens einen Tag mit Bürozeiten angeben."))
        return {"office_hours": text_of(week), "late_after": late, "managers_after": managers}

    def _day(self, number: int) -> Day:
        """Return the hours of a weekday; None if it is closed, or not understood."""
        names = (f"from_{number}", f"until_{number}")
        opens, closes = (self.cleaned_data.get(name) for name in names)
        if opens is None and closes is None:
            return None
        if opens is None or closes is None:
            missing = names[0] if opens is None else names[1]
            if missing not in self.errors:
                self.add_error(missing, _("Bitte beide Zeiten angeben oder beide leer lassen."))
            return None
        if closes <= opens and closes != time():
            self.add_error(names[1], _("Das Ende muss nach dem Anfang liegen."))
        return opens, closes
