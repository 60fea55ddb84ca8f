"""Forms for votes and feedback. Only the listed fields are read."""

from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.addresses import own_path
from base.fields import EmailField

MAX_PAGE_LENGTH = 500


class LinesField(forms.CharField):
    """A text of several lines. Line ends count once, as in the browser, which sends them as two signs."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


class VoteForm(forms.Form):
    """Whether an article helped, and what was missing."""

    helpful = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], coerce=lambda value: value == "yes", widget=forms.HiddenInput
    )
    comment = LinesField(
        label=gettext_lazy("Was hat Ihnen gefehlt?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"class": "input", "rows": 4}),
    )


class FeedbackForm(forms.Form):
    """A message to the operator; where it was written and the key against sending it twice come along unseen."""

    text = LinesField(
        label=gettext_lazy("Ihre Nachricht"),
        max_length=5000,
        widget=forms.Textarea({"class": "input", "rows": 6}),
    )
    reply_to = EmailField(
        label=gettext_lazy("Antwort an"),
        required=False,
        widget=forms.EmailInput({"class": "input", "autocomplete": "email", "maxlength": 254}),
        help_text=gettext_lazy("Lassen Sie das Feld leer, wenn Sie keine Antwort brauchen."),
    )
    page = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_page(self) -> str:
        return page_of(self.request, self.cleaned_data["page"])

    def clean(self) -> None:
        if "key" in self.errors:
            del self.errors["key"]
            self.renew_key(_("Bitte senden Sie das Formular noch einmal ab."))

    def renew_key(self, reason: str) -> None:
        """Refuse the form with everything typed still in it, and a key with which it can be sent again."""
        self.add_error(None, reason)
        self.data: dict[str, Any] = {**self.data, "key": str(uuid4())}


def page_of(request: HttpRequest, address: str) -> str:
    """Return the page of ours that an address names, as it is stored with the message; "" for any other."""
    return own_path(request, address)[:MAX_PAGE_LENGTH]
