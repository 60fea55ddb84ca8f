"""The form behind „Kontakt anlegen“: the facts, the status and the colleague of a new contact."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.plans import Feature
from contacts import assignment, facts
from contacts.forms import FactsForm
from pipeline.models import Column


class IntakeForm(FactsForm):
    """Checks; `intake.enter` writes. Unknown and foreign columns and colleagues are refused in the same words."""

    column = forms.ModelChoiceField(
        None,
        label=gettext_lazy("Status"),
        empty_label=None,
        error_messages={"invalid_choice": gettext_lazy("Diese Spalte gibt es nicht (mehr).")},
    )
    assignee = forms.ModelChoiceField(
        None,
        label=gettext_lazy("Mitarbeiter"),
        required=False,
        empty_label=gettext_lazy("Niemand"),
        error_messages={"invalid_choice": gettext_lazy("Mitarbeiter nicht verfügbar")},
    )

    def __init__(self, *args: Any, user: User, column: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = list(Column.objects.of(user.account).order_by("position"))
        asked = next((one for one in columns if str(one.pk) == column), columns[0])
        self.fields["column"].queryset = Column.objects.of(user.account).order_by("position")
        self.fields["column"].initial = asked.pk
        self.fields["assignee"].queryset = assignment.available(user.account).order_by(
            "first_name", "last_name"
        )
        if not user.account.can(Feature.ASSIGN):
            self.fields["assignee"].widget.attrs["disabled"] = True
            self.fields["assignee"].help_text = gettext_lazy("Nur im Expert-Paket")

    @property
    def values(self) -> dict[str, Any]:
        """The facts alone."""
        return {name: self.cleaned_data[name] for name in facts.FIELDS}

    @property
    def groups(self) -> list[tuple[facts.Group, list[forms.BoundField]]]:
        """The fields as the page shows them."""
        return [(group, [self[name] for name in group.fields]) for group in facts.GROUPS.values()]
