"""What an import has written, kept for the time in which it can be taken back."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from psycopg.types.json import Jsonb

from base.copying import copy_in
from pipeline.models import Import, Trace

if TYPE_CHECKING:
    from pipeline.imports.write import Writer

COLUMNS = ("account_id", "source_id", "contact_id", "is_new", "before", "after", "from_column", "kept", "at")


def keep(writer: "Writer", source: Import) -> None:
    """One row for each contact that was made or changed."""
    copy_in(Trace, COLUMNS, _rows(writer, source))


def stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of fields as JSON holds them: how they are compared later."""
    return json.loads(
        json.dumps({name: _bare(value) for name, value in values.items()}, cls=DjangoJSONEncoder)
    )


def _bare(value: Any) -> Any:
    """Further numbers without what `derive` adds to them: the file brings them without it."""
    if not isinstance(value, list):
        return value
    return [
        {name: text for name, text in one.items() if name != "e164"} if isinstance(one, dict) else one
        for one in value
    ]


def _rows(writer: "Writer", source: Import) -> Iterator[tuple[Any, ...]]:
    office, at = source.account_id, writer.now
    for pk in writer.ids:
        yield office, source.pk, pk, True, Jsonb({}), Jsonb({}), None, "", at
    for pk in writer.known:
        before, after = writer.traces.get(pk, ({}, {}))
        values = Jsonb(stored(before)), Jsonb(stored(after))
        yield office, source.pk, pk, False, *values, writer.came_from.get(pk), "", at
