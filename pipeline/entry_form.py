"""The form behind „Kontakt anlegen“: the facts, the status and the colleague of a new contact."""

from typing import Any, NamedTuple
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.plans import Feature
from base.fields import offer_rows
from contacts import assignment
from contacts.consent import BY_HAND
from contacts.description import EDITED, GROUPS, Group
from contacts.forms import FactsForm
from contacts.models import Consent
from funnel.models import Suppression
from funnel.permission import suppression
from funnel.series.enrolments import Effect
from pipeline.models import Column

# What is asked during a call, in this order. Everything else is folded.
FIRST = ("first_name", "last_name", "phone", "email")
TOLD_BY_MACHINES = ("foreign_ids", "campaign", "further")  # can be edited on the contact's page
FOLDED = ("valuation",)  # groups that are folded once more: rarely known during a call


class FormGroup(NamedTuple):
    """Folded facts that are shown together; `is_folded` again, unless one has an error."""

    group: Group
    fields: list[forms.BoundField]
    is_folded: bool
    has_errors: bool


class EntryForm(FactsForm):
    """Validates only; `entering.enter` writes. Unknown and foreign columns and colleagues are refused alike."""

    column: forms.ModelChoiceField = forms.ModelChoiceField(
        None,
        label=gettext_lazy("Status"),
        empty_label=None,
        error_messages={"invalid_choice": gettext_lazy("Diese Spalte gibt es nicht (mehr).")},
    )
    assignee: forms.ModelChoiceField = forms.ModelChoiceField(
        None,
        label=gettext_lazy("Mitarbeiter"),
        required=False,
        empty_label=gettext_lazy("Niemand"),
        error_messages={"invalid_choice": gettext_lazy("Mitarbeiter nicht verfügbar")},
    )
    mine = forms.BooleanField(label=gettext_lazy("Mir zuweisen"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Worum geht es?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=gettext_lazy("Steht dann bei der eingegangenen Anfrage."),
    )
    wording = forms.CharField(
        label=gettext_lazy("Wortlaut der Einwilligung in E-Mails"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=gettext_lazy("Was der Kontakt gelesen oder gehört hat, als er zustimmte. Leer: keine."),
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Wie erteilt"),
        choices=[(method, Consent.Method(method).label) for method in BY_HAND],
        required=False,
    )
    # The idempotency key: however often the form is sent, it enters one contact.
    key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)
    enrol = forms.BooleanField(label=gettext_lazy("Mails dieser Spalte schicken"), required=False)

    def __init__(self, *args: Any, user: User, column: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.suppression: Suppression | None = None
        columns = list(Column.objects.of(user.account).order_by("position"))
        asked = next((one for one in columns if str(one.pk) == column), columns[0])
        offer_rows(self, "column", Column.objects.of(user.account).order_by("position"))
        self.fields["column"].initial = asked.pk
        offer_rows(self, "assignee", assignment.available(user.account).order_by("first_name", "last_name"))
        for name in TOLD_BY_MACHINES:
            del self.fields[name]
        self.fields[FIRST[0]].widget.attrs["autofocus"] = True
        for field in self.fields.values():  # the browser knows the colleague's own name, not the caller's
            field.widget.attrs["autocomplete"] = "off"
        if not user.account.can(Feature.ASSIGN):
            del self.fields["mine"]
            self.fields["assignee"].widget.attrs["disabled"] = True
            self.fields["assignee"].help_text = gettext_lazy("Nur im Expert-Paket")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.errors.pop("key", None):  # nobody typed it: an invalid key counts as none
            values["key"] = None
        if values.get("mine") and not values.get("assignee") and "assignee" not in self.errors:
            values["assignee"] = self.user
        address = values.get("email") or ""
        self.suppression = suppression.entries(self.user.account_id, [address]).get(address.lower())
        if values.get("wording") and not values.get("method"):
            values["method"] = Consent.Method.SPOKEN
        if values.get("enrol"):
            self._check_enrolment(values)
        return values

    def _check_enrolment(self, values: dict[str, Any]) -> None:
        """Refuse to enrol a contact that would not get any mails."""
        column = values.get("column")
        if column is not None and column.effect is not Effect.ENROL:
            self.add_error("enrol", _("Diese Spalte hat keine Mails."))
        elif self.suppression is not None:
            self.add_error("enrol", self.warning)
        elif not values.get("email"):
            self.add_error("email", _("Ohne E-Mail-Adresse gibt es keine Mails."))
        elif not values.get("wording"):
            self.add_error("wording", _("Ohne Einwilligung wird nichts gesendet: Bitte den Wortlaut angeben."))

    @property
    def warning(self) -> str:
        """The warning that the address is suppressed, or ""."""
        if self.suppression is None:
            return ""
        sentence = _("Die E-Mail-Adresse ist gesperrt (%(reason)s): An sie geht keine Werbung.")
        return sentence % {"reason": self.suppression.get_reason_display()}

    @property
    def consent(self) -> dict[str, str]:
        """Wording and method of the consent, or an empty dict."""
        given = self.cleaned_data["wording"]
        return {"wording": given, "method": self.cleaned_data["method"]} if given else {}

    @property
    def entry(self) -> dict[str, Any]:
        """What `entering.enter_once` asks for: everything but who sent the form, when, and how often."""
        names = ("key", "column", "assignee", "enrol", "note")
        taken = {name: self.cleaned_data[name] for name in names}
        return taken | {"values": self.values, "consent": self.consent}

    @property
    def values(self) -> dict[str, Any]:
        """The facts of the contact."""
        return {name: self.cleaned_data[name] for name in EDITED if name in self.cleaned_data}

    @property
    def first(self) -> list[forms.BoundField]:
        """The fields that are not folded."""
        return [self[name] for name in FIRST]

    @property
    def groups(self) -> list[FormGroup]:
        """The folded facts, by group."""
        rest = ((group, [name for name in group.fields if not self._is_open(name)]) for group in self._all)
        return [
            FormGroup(group, [self[name] for name in names], group.key in FOLDED, bool({*names} & {*self.errors}))
            for group, names in rest
            if names
        ]

    @property
    def has_folded_errors(self) -> bool:
        """Whether a folded field has an error."""
        return any(not self._is_open(name) for name in self.errors if name in self.fields)

    _all = tuple(GROUPS.values())

    def _is_open(self, name: str) -> bool:
        return name in FIRST or name in ("note", "source", "mine", *TOLD_BY_MACHINES)
