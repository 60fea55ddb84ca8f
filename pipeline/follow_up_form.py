"""The composer's form: an action, and what follows from it."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.dates import quick_picks
from base.fields import DayField, offer
from contacts.forms import ActionForm
from contacts.kinds import Kind
from pipeline.models import Card, Column

OFFERED = ("tomorrow", "in-3-days", "next-monday")


class FollowUpForm(ActionForm):
    """Validates only; `follow_up` writes. Due date and status stay as they are unless something is chosen."""

    due_pick = forms.ChoiceField(label=gettext_lazy("Nächste Fälligkeit"), required=False)
    due_on = DayField(label=gettext_lazy("oder am"), max_length=20, required=False)
    column = forms.TypedChoiceField(
        label=gettext_lazy("Status"),
        choices=[("", "")],
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Diese Spalte gibt es nicht (mehr).")},
    )
    version = forms.IntegerField(min_value=1, max_value=2_000_000_000, required=False)

    def __init__(self, *args: Any, kind: Kind, card: Card, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, kind=kind, now=now, auto_id="composer_%s", **kwargs)
        self.card = card
        picks = [pick for pick in quick_picks(timezone.localdate(now)) if pick[0] in OFFERED]
        self.days = {key: day for key, _label, day in picks}
        stay = [("", _("Fälligkeit lassen"))]
        offer(self, "due_pick", stay + [pick[:2] for pick in picks])
        self._offer_columns()

    def _offer_columns(self) -> None:
        """Offer all other statuses. The present one is valid, too, for users who still see an older one."""
        columns = Column.objects.of(self.card.account_id).order_by("position").values_list("pk", "name")
        stay = ("", _("Status lassen (%(column)s)") % {"column": self.card.column.name})
        offer(self, "column", [stay, *columns])
        others = [column for column in columns if column[0] != self.card.column_id]
        cast(forms.Select, self.fields["column"].widget).choices = [stay, *others]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        pick = values.get("due_pick")
        if pick and values.get("due_on"):
            self.add_error("due_on", _("Bitte entweder einen Vorschlag oder ein Datum wählen."))
        elif pick:
            values["due_on"] = self.days[pick]
        if self.errors.pop("version", None) or (values.get("column") and not values.get("version")):
            self.add_error("column", _("Bitte wählen Sie den Status noch einmal."))
        return values

    @property
    def has_next(self) -> bool:
        """Whether due date and status are unfolded: always after a call, else only if one of them has a value."""
        asked = ("due_pick", "due_on", "column")
        return self.kind == Kind.CALL or any(self.data.get(name) or name in self.errors for name in asked)
