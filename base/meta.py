"""What models say about themselves."""

from functools import cache
from typing import Any, cast

from django.db.models import Field, Model


def field_of(model: type[Model], name: str) -> Field:
    """Return a column's field; `get_field` would find relations of other models, too."""
    return cast(Field, model._meta.get_field(name))


def chosen(row: Model, name: str) -> str:
    """Return the label of what a field of the row holds: `get_…_display` builds all choices each time."""
    value = getattr(row, name)
    return str(_labels(type(row), name).get(value, value))


@cache
def _labels(model: type[Model], name: str) -> dict[Any, Any]:
    return dict(field_of(model, name).flatchoices)
