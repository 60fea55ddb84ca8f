"""What may be said about articles and the product. Only these fields are read."""

from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.emails import clean_email

MAX_PAGE_LENGTH = 500


class LinesField(forms.CharField):
    """A text of several lines. Line ends count once, as in the browser, which sends them as two signs."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
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
    reply_to = forms.CharField(
        label=gettext_lazy("Antwort an"),
        required=False,
        widget=forms.EmailInput({"class": "input", "autocomplete": "email", "maxlength": 254}),
        help_text=gettext_lazy("Lassen Sie das Feld leer, wenn Sie keine Antwort brauchen."),
    )
    page = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, host: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.host = host

    def clean_reply_to(self) -> str:
        address = self.cleaned_data["reply_to"]
        try:
            return clean_email(address) if address else ""
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def clean_page(self) -> str:
        return own_path(self.cleaned_data["page"], self.host)

    def clean(self) -> None:
        if "key" in self.errors:
            del self.errors["key"]
            self.renew_key(_("Bitte senden Sie das Formular noch einmal ab."))

    def renew_key(self, reason: str) -> None:
        """Refuses the form with everything typed still in it, and a key with which it can be sent again."""
        self.add_error(None, reason)
        self.data: dict[str, Any] = {**self.data, "key": str(uuid4())}


def own_path(address: str, host: str) -> str:
    """The path of a page of ours, without its query, which may hold names; "" for any other address."""
    if not url_has_allowed_host_and_scheme(address, {host}):
        return ""
    path = urlsplit(address).path
    is_ours = path.startswith("/") and not path.startswith("//") and path.isprintable()
    return path[:MAX_PAGE_LENGTH] if is_ours else ""
