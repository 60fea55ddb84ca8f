"""The form field of each kind of fact."""

from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from base.fields import AreaField, DayField, EmailField, EurosField, LinkField, PastDayField, TagsField
from contacts.contact_point_fields import ContactPointsField
from contacts.description import FACTS, FIRST_YEAR_BUILT, LAST_YEAR_BUILT
from contacts.pair_fields import PairsField


def form_field(field: models.Field, **options: Any) -> forms.Field | None:
    """Return the form field for a field of the model; `options` are those of Django's fields."""
    label = options.get("label", field.verbose_name)
    match FACTS[field.name].kind:
        case "email":
            return EmailField(label=label, max_length=field.max_length, required=False)
        case "emails":
            return ContactPointsField(is_phone=False, label=label)
        case "phones":
            return ContactPointsField(is_phone=True, label=label)
        case "area":
            column = cast(models.DecimalField, field)
            digits, places = column.max_digits, column.decimal_places
            return AreaField(label=label, min_value=0, required=False, max_digits=digits, decimal_places=places)
        case "euros":
            return EurosField(label=label, required=False)
        case "link":
            return LinkField(label=label, max_length=field.max_length, required=False)
        case "pairs":
            return PairsField(field.name, label=label)
        case "year":
            return forms.IntegerField(
                label=label, required=False, min_value=FIRST_YEAR_BUILT, max_value=LAST_YEAR_BUILT
            )
        case "date":
            return DayField(label=label, max_length=20, required=False)
        case "past":
            return PastDayField(label=label, max_length=20, required=False)
        case "tags":
            return TagsField(label=label, max_length=700, required=False, help_text=_("mit Kommas getrennt"))
        case _:
            return field.formfield(**options)
