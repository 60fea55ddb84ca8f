"""What an import has written, kept while it can be undone."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from base.copying import as_json, copy_in
from pipeline.models import Import, Trace

COLUMNS = ("account_id", "source_id", "contact_id", "is_new", "before", "after", "from_column", "kept", "at")


@dataclass(frozen=True)
class Written:
    """The contacts an import has added and changed, with the values before and after."""

    made: Iterable[int]
    changed: Iterable[int]
    values: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]]  # changed contact → fields before and after
    came_from: Mapping[int, int]  # changed contact → the column its card has left
    at: datetime


def keep(source: Import, written: Written) -> None:
    """Store a row for each contact that was added or changed."""
    copy_in(Trace, COLUMNS, _rows(source, written))


def stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of fields as JSON holds them, so that they can be compared later."""
    return json.loads(json.dumps({name: _bare(value) for name, value in values.items()}, cls=DjangoJSONEncoder))


def _bare(value: Any) -> Any:
    """Return further numbers without what `derive` adds to them, as the file contains them."""
    if not isinstance(value, list):
        return value
    return [
        {name: text for name, text in one.items() if name != "e164"} if isinstance(one, dict) else one for one in value
    ]


def _rows(source: Import, written: Written) -> Iterator[tuple[Any, ...]]:
    office, at = source.account_id, written.at
    for pk in written.made:
        yield office, source.pk, pk, True, "{}", "{}", None, "", at
    for pk in written.changed:
        before, after = written.values.get(pk, ({}, {}))
        values = as_json(stored(before)), as_json(stored(after))
        yield office, source.pk, pk, False, *values, written.came_from.get(pk), "", at
