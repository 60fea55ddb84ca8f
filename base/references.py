"""References that the database holds by a composite key of its own (`base.constraints`), or not at all."""

from typing import Any

from django.db import models


def reference(
    to: Any, on_delete: Any = models.DO_NOTHING, *, related_name: str = "+", **options: Any
) -> models.ForeignKey:
    """Return a foreign key without an index and without a constraint of its own; by default it leads one way only."""
    return models.ForeignKey(to, on_delete, related_name=related_name, db_index=False, db_constraint=False, **options)
