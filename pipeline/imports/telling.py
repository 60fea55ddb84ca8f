"""Telling open pages what an import has done."""

from collections.abc import Iterable

from base import notices
from base.notices import Kind, Seen
from pipeline.models import Import


def tell(source: Import, contacts: Iterable[Seen] | None = (), columns: Iterable[int] = ()) -> None:
    """Tell of a step, and of contacts that it changed (None: many)."""
    notices.tell(Kind.IMPORTED, source.account_id, contacts, columns, source.user_id)
