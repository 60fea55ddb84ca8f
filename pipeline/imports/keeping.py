"""What the dry run has read from a file, kept until the file is imported, so that cells are not read twice.

Only what the file alone says is kept; whom a row means, and what columns and colleagues there are, is decided anew.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from base.batches import batches
from contacts import contact_points, identity
from contacts.csv.fields import FIELDS
from contacts.csv.sheet import Entry
from pipeline.imports.rows import name_of
from pipeline.models import Import, ImportPart

BATCH = 500
SHAPE = 1  # of the text; raise it when it changes, and rows that are kept in an older shape are read from the file
_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "area": Decimal,
    "date": date.fromisoformat,
    "past": date.fromisoformat,
    "moment": datetime.fromisoformat,
}


def keep(source: Import, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries, storing them in place of those kept before."""
    forget(source)
    for number, batch in enumerate(batches(entries, BATCH)):
        part = ImportPart(account=source.account, source=source, number=number, shape=SHAPE, rows=_written(batch))
        part.save(force_insert=True)
        yield from batch


def kept(source: Import) -> Iterator[Entry] | None:
    """Return the entries that the dry run has read; None if they are not kept."""
    parts = ImportPart.objects.of(source.account).filter(source=source, shape=SHAPE).order_by("number")
    return _read(parts.values_list("rows", flat=True)) if parts.exists() else None


def forget(source: Import) -> None:
    ImportPart.objects.of(source.account).filter(source=source).delete()


def _written(entries: Sequence[Entry]) -> str:
    """Return the entries and the telephone numbers in them as text. A cell is needed only if it has to name the row."""
    numbers: dict[str, str] = {}
    rows = []
    for line, cells, values, errors, remarks, is_left_out in entries:
        said: dict[str, Any] = {name: value for name, value in values.items() if value or value not in (None, "", [])}
        for text in contact_points.texts(said.get("phone", ""), said.get("more_phones", ())):
            numbers[text] = identity.number_of(text)
        rows.append((line, [] if name_of(said) else cells, said, errors, remarks, is_left_out))
    return json.dumps([numbers, rows], default=str, ensure_ascii=False, separators=(",", ":"))


def _read(texts: Iterable[str]) -> Iterator[Entry]:
    for text in texts:
        numbers, rows = json.loads(text)
        identity.remember_numbers(numbers)
        for line, cells, values, errors, remarks, is_left_out in rows:
            for key, value in values.items():
                if (read := _TYPED.get(key)) and isinstance(value, str):
                    values[key] = read(value)
            yield Entry(line, cells, values, errors, remarks, is_left_out)


_TYPED = {key: _FROM_TEXT[field.kind] for key, field in FIELDS.items() if field.kind in _FROM_TEXT}
