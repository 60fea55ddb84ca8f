"""Telling open pages how far an import is."""

from collections.abc import Iterable

from base import notices
from base.notices import Kind, Notice, Seen
from pipeline.models import Import


def tell(source: Import, contacts: Iterable[Seen] | None = (), columns: Iterable[int] = ()) -> None:
    """Tell of a step, and of contacts that it changed (None: many)."""
    notices.tell(Kind.IMPORTED, source.account_id, contacts, columns, source.user_id, **{"import": source.pk})


def progress(source: Import) -> str:
    """Return the notice that an import has got further."""
    return Notice(Kind.IMPORTED, source.account_id, user=source.user_id, more=(("import", source.pk),)).text()
