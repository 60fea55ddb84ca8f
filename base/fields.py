"""Form fields for text as people type it: one spelling per text, no invisible signs, German numbers."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils import timezone
from django.utils.translation import gettext as _

from base.dates import FIRST_YEAR, LAST_YEAR, parse_date, parse_past_date
from base.emails import clean_email
from base.links import clean_link
from base.text import one_line

MAX_TAGS = 20
MAX_TAG_LENGTH = 30
MAX_EUROS = 2_000_000_000

_THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")
_CURRENCY = re.compile(r"€|\b(?:EUR|Euro)\b", re.IGNORECASE)
_NO_CENTS = re.compile(r",(?:00|-{1,2}|–)$")


def one_spelling(value: Any) -> Any:
    """Return text composed (NFC) and with plain line ends; anything else unchanged."""
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n")) if isinstance(value, str) else value


def no_control_signs(value: Any) -> None:
    """Refuse control characters in a single line, above all line ends, which would reach mail headers."""
    if isinstance(value, str) and any(unicodedata.category(sign) == "Cc" for sign in value):
        raise ValidationError(_("Bitte ohne Zeilenumbrüche und Steuerzeichen."), code="control")


def no_control_signs_but_lines(value: Any) -> None:
    """Refuse control characters other than line ends and tabs."""
    if isinstance(value, str):
        no_control_signs(value.replace("\n", "").replace("\t", "").replace("\r", ""))


def german_number(value: Decimal) -> str:
    """Return the number as „142,5“ or „1.200“, without trailing zeros."""
    number = f"{value:,.2f}".rstrip("0").rstrip(".")
    return number.translate(str.maketrans(",.", ".,"))


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Set what a field with choices offers."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet) -> None:
    """Set the rows among which a field chooses."""
    cast(forms.ModelChoiceField, form.fields[name]).queryset = rows


class TidyText:
    """A mixin for forms: normalises text to NFC, refuses control characters in single lines, sets widget classes."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect | forms.HiddenInput):
                field.widget.attrs.setdefault("class", "input")
            if type(field) is forms.TypedChoiceField:
                _show_a_dash(field)
            if type(field) is forms.CharField:
                lines = isinstance(field.widget, forms.Textarea)
                field.validators.append(no_control_signs_but_lines if lines else no_control_signs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data  # type: ignore[misc, attr-defined]
        return {name: one_spelling(value) for name, value in cleaned.items()}


def _show_a_dash(field: forms.ChoiceField) -> None:
    first, *others = cast(Iterable[tuple[Any, Any]], field.choices)
    if first == BLANK_CHOICE_DASH[0]:
        field.choices = [("", "–"), *others]


class EmailField(forms.CharField):
    """An e-mail address, or nothing."""

    widget = forms.EmailInput

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return valid_email(text) if text else ""


def valid_email(text: str) -> str:
    """As `clean_email`, with the refusal that a form shows."""
    try:
        return clean_email(text)
    except ValueError as error:
        raise ValidationError(str(error), code="invalid") from None


class DayField(forms.CharField):
    """A day, "24.12.2026" or as a calendar sends it; empty: None."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.parse(text) if text else None
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def parse(self, text: str) -> date:
        """Return the day. Raises ValueError with a sentence."""
        return parse_date(text)


class PastDayField(DayField):
    """A day that is not in the future in the office's time zone; empty: None."""

    def parse(self, text: str) -> date:
        return parse_past_date(text, timezone.localdate())


class MomentField(forms.DateTimeField):
    """A moment of the office's time zone, as `<input type="datetime-local">` sends it; empty: None."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y, %H:%M"]
        super().__init__(widget=widget, input_formats=formats, **kwargs)

    def to_python(self, value: Any) -> Any:
        try:
            moment = super().to_python(value)
        except OverflowError:
            raise ValidationError(_("Diesen Zeitpunkt gibt es nicht."), code="invalid") from None
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(_("Diesen Zeitpunkt gibt es nicht."), code="invalid")
        return moment


def until(now: datetime) -> MaxValueValidator:
    """Return a validator that refuses moments in the future."""
    return MaxValueValidator(now, _("Der Zeitpunkt liegt in der Zukunft."))


class AreaField(forms.DecimalField):
    """Square metres as Germans write them: "142,5", "1.200", "1.200,50 m²"."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def prepare_value(self, value: Any) -> Any:
        return german_number(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.replace("m²", "").replace("qm", "").replace("\u00a0", " ").strip()
            if "," in value or _THOUSANDS.fullmatch(value):
                value = value.replace(".", "").replace(",", ".")
        return super().to_python(value)


class EurosField(forms.IntegerField):
    """Whole euros as Germans write them: "489000", "489.000 €", "489.000,00 EUR"."""

    widget = forms.TextInput(attrs={"inputmode": "numeric"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MAX_EUROS, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return german_number(Decimal(value)) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = _CURRENCY.sub("", value.replace("\u00a0", " ")).strip()
            value = _NO_CENTS.sub("", value)
            value = value.replace(".", "") if _THOUSANDS.fullmatch(value) else value
        return super().to_python(value)


class LinkField(forms.CharField):
    """The address of a page elsewhere, or nothing."""

    widget = forms.URLInput

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return clean_link(text) if text else ""
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None


class TagsField(forms.CharField):
    """Tags separated by commas, without duplicates, in the order typed."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        text = one_spelling(super().clean(value))
        no_control_signs(text)
        tags = list(dict.fromkeys(one_line(tag) for tag in text.split(",") if tag.strip()))
        if len(tags) > MAX_TAGS:
            raise ValidationError(_("Höchstens %(limit)s Schlagwörter."), params={"limit": MAX_TAGS})
        if any(len(tag) > MAX_TAG_LENGTH for tag in tags):
            raise ValidationError(
                _("Ein Schlagwort hat höchstens %(limit)s Zeichen."), params={"limit": MAX_TAG_LENGTH}
            )
        return tags
