"""Forms about a contact. Each lists its fields, so no others can be set through it."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from base.dates import quick_picks
from base.fields import DayField, MomentField, TidyText, offer, offer_rows, until
from base.ids import is_id
from contacts import contact_points, facts
from contacts.actions import to_come
from contacts.assignment import available
from contacts.consent import BY_HAND
from contacts.contact_point_fields import swap
from contacts.description import EDITED, NAMES
from contacts.fact_fields import form_field
from contacts.kinds import MANUAL, PLANNABLE, Kind, Outcome
from contacts.models import Action, Consent, Contact


class FactsForm(TidyText, forms.ModelForm):
    """Some or all facts of a contact. The form only validates; `facts.save` writes."""

    class Meta:
        model = Contact
        fields = EDITED
        formfield_callback = form_field
        # Short, and different from the first address and number when a label is read aloud or searched for.
        labels = {
            "more_emails": gettext_lazy("Weitere Mailadressen"),
            "more_phones": gettext_lazy("Weitere Nummern"),
            "email_kind": gettext_lazy("Art der Adresse"),
            "phone_kind": gettext_lazy("Art der Nummer"),
            "phone_words": gettext_lazy("Hinweis zur Nummer"),
        }

    def __init__(self, *args: Any, only: tuple[str, ...] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(only or self.fields):
            del self.fields[name]
        if only:  # opened in place of what it edits
            self.fields[only[0]].widget.attrs["autofocus"] = True

    def _post_clean(self) -> None:
        """Leave the instance unchanged, unlike Django: it may be rendered next, with what is stored."""

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        self._order(values, "email", "more_emails", "email_kind")
        self._order(values, "phone", "more_phones", "phone_kind", "phone_words")
        known = {name: getattr(self.instance, name) for name in NAMES} | values
        if not self.errors and not any(known[name] for name in NAMES):
            raise forms.ValidationError(facts.nameless(), code="nameless")
        return values

    def _order(self, values: dict[str, Any], first: str, further: str, *beside: str) -> None:
        """Keep further ones if the page did not show them; otherwise make the chosen one the first."""
        if values.get(further) is None:
            values.pop(further, None)
        elif first in values:
            swap(values, first, further, *beside)


class AssigneeForm(forms.Form):
    """A colleague of the office, or nobody ("")."""

    assignee: forms.ModelChoiceField = forms.ModelChoiceField(None, required=False)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "assignee", available(account))

    def clean(self) -> dict[str, Any]:
        raw = self.data.get("assignee")
        if raw is None or not (raw == "" or is_id(raw)):
            raise forms.ValidationError("unknown")
        return self.cleaned_data


class DueForm(TidyText, forms.Form):
    """A quick pick, a day, or `clear`."""

    pick = forms.ChoiceField(required=False)
    clear = forms.BooleanField(required=False)
    due_on = DayField(label=gettext_lazy("Datum"), max_length=20, required=False)
    due_note = forms.CharField(label=gettext_lazy("Notiz"), max_length=200, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = {key: day for key, _label, day in quick_picks(today)}
        offer(self, "pick", [(key, key) for key in self.days])

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("clear"):
            return {"due_on": None, "due_note": ""}
        if values.get("pick"):
            values["due_on"] = self.days[values["pick"]]
        if not self.errors and values.get("due_on") is None:
            self.add_error("due_on", _("Bitte ein Datum wie 24.12.2026 angeben."))
        return values

    @property
    def note(self) -> str:
        """Return the note; a request without one keeps the note as it is."""
        return str(self.cleaned_data["due_note"] if "due_note" in self.data else self.initial.get("due_note", ""))


class ActionForm(TidyText, forms.Form):
    """One action of a kind that people record; `is_planned` only where the kind can be planned."""

    is_planned = forms.TypedChoiceField(
        label=gettext_lazy("Stand"),
        choices=[("", gettext_lazy("durchgeführt")), ("1", gettext_lazy("geplant"))],
        coerce=bool,
        empty_value=False,  # type: ignore[arg-type]  # of any type, as what `coerce` returns
        required=False,
    )
    outcome = forms.ChoiceField(label=gettext_lazy("Ergebnis"), choices=[("", "–"), *Outcome.choices], required=False)
    at = MomentField(label=gettext_lazy("Zeitpunkt"), required=False, help_text=gettext_lazy("leer: jetzt"))
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: Kind, now: datetime, action: Action | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.action, self.now = kind, action, now
        if kind != Kind.CALL:
            del self.fields["outcome"]
        if action:
            del self.fields["key"]
        if action or kind not in PLANNABLE:
            del self.fields["is_planned"]
        if action:
            self.fields["at"].help_text = ""
        if kind == Kind.NOTE:
            self.fields["text"].required = True
        first = "outcome" if kind == Kind.CALL else "text"
        self.fields[first].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.errors.pop("key", None):  # nothing anybody typed: then it is as if there were none
            values["key"] = None
        moment, is_planned = values.get("at"), values.get("is_planned")
        if is_planned and not moment and "at" not in self.errors:
            self.add_error("at", _("Bitte angeben, wann der Termin ist."))
        may_come = self.action.is_planned if self.action else is_planned
        if moment and moment > self.now and not may_come:
            self.add_error("at", to_come())
        return values


class KindForm(forms.Form):
    """The kind of an action that people record."""

    kind = forms.ChoiceField(choices=[(kind, Kind(kind).label) for kind in MANUAL])


class ConsentForm(TidyText, forms.Form):
    """A consent or withdrawal. `address` is required if the contact has several."""

    channel = forms.ChoiceField(label=gettext_lazy("Kanal"), choices=Consent.Channel.choices)
    granted = forms.TypedChoiceField(
        label=gettext_lazy("Einwilligung"),
        choices=[("1", gettext_lazy("erteilt")), ("0", gettext_lazy("widerrufen"))],
        coerce=lambda value: value == "1",
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Wie"), choices=[(method, Consent.Method(method).label) for method in BY_HAND]
    )
    occurred_at = MomentField(label=gettext_lazy("Wann"), required=False, help_text=gettext_lazy("leer: jetzt"))
    place = forms.CharField(label=gettext_lazy("Wo"), max_length=200, required=False)
    wording = forms.CharField(
        label=gettext_lazy("Wortlaut"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=gettext_lazy("Was der Kontakt gelesen oder gehört hat; nötig, wenn sie erteilt wurde."),
    )

    def __init__(self, *args: Any, contact: Contact, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].validators.append(until(now))
        mails = contact_points.texts(contact.email, contact.more_emails)
        phones = contact_points.texts(contact.phone, contact.more_phones)
        if max(len(mails), len(phones)) > 1:
            first = ("", _("die erste E-Mail-Adresse oder Telefonnummer"))
            choices = [first, *((one, one) for one in (*mails, *phones))]
            field = forms.ChoiceField(label=_("Wofür"), choices=choices, required=False)
            field.widget.attrs["class"] = "input"
            self.fields["address"] = field

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["address"] = values.get("address") or None
        if values.get("granted") and not values.get("wording") and "wording" not in self.errors:
            self.add_error("wording", _("Bitte den Wortlaut der Einwilligung angeben."))
        return values


class VersionForm(forms.Form):
    """The version of the contact that the user saw when they began to type, and the `mark` of the facts in the form."""

    version = forms.IntegerField(min_value=1, max_value=2_000_000_000)
    seen = forms.CharField(max_length=32, required=False)
