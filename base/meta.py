"""What models say about themselves."""

from typing import cast

from django.db.models import Field, Model


def field_of(model: type[Model], name: str) -> Field:
    """Return a column's field; `get_field` would find relations of other models, too."""
    return cast(Field, model._meta.get_field(name))
