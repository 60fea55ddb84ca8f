"""The form that merges two contacts: whose value is taken of each fact."""

from typing import Any

from django import forms

from pipeline.duplicates.comparing import ASSIGNEE, STATUS, UNITS


class MergeForm(forms.Form):
    """What was chosen, by the ids of the two contacts; what is left out is chosen as `comparing` proposes."""

    key = forms.UUIDField()
    seen = forms.CharField(max_length=64)

    def __init__(self, *args: Any, ids: tuple[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (STATUS, ASSIGNEE, *UNITS):
            self.fields[name] = forms.TypedChoiceField(
                choices=[(pk, pk) for pk in ids], coerce=int, empty_value=None, required=False
            )

    @property
    def chosen(self) -> dict[str, int]:
        """The choices that are understood."""
        cleaned = getattr(self, "cleaned_data", {})
        return {name: cleaned[name] for name in (STATUS, ASSIGNEE, *UNITS) if cleaned.get(name)}
