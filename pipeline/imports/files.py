"""Uploaded files: read by the worker in an isolated process, stored as plain rows, deleted after 30 days."""

import tempfile
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from base.refusals import NotUnderstood
from base.text import one_line
from contacts.csv.encodings import CsvError
from contacts.csv.guessing import left_behind
from contacts.csv.isolation import read_apart
from contacts.csv.sheet import Entry, Shape, Sheet
from pipeline.columns.verbs import fold_name
from pipeline.models import Import, ImportPart, ImportRow, ImportState

KEPT_DAYS = 30
PREVIEW_ROWS = 5
HEAD_ROWS = 10  # offered as the headers
MAX_STATUSES = 40  # offered one by one; more than that is hardly a column of statuses
READ = ("shape", "header_line", "repair", "head", "headers", "named", "preview", "statuses")


def read(source: Import) -> None:
    """Read an upload: store its rows, and propose a field for each column. Raises NotUnderstood.

    Called again after other headers were chosen, it uses the stored rows and only makes new proposals; after the
    columns were chosen, it only collects the words of the status.
    """
    if "shape" not in source.options:
        source.options = {"shape": _store(source).as_dict()}
    sheet = sheet_of(source)
    if not source.options.get("is_mapped"):
        filled = sheet.shape.filled
        mapping = {index: key for index, key in sheet.mapping.items() if index < len(filled) and filled[index]}
        source.mapping = {str(index): key for index, key in mapping.items()}
    mapping = {int(index): key for index, key in source.mapping.items()}
    source.rows_total = sheet.count
    source.options = _options(sheet) | {"statuses": _statuses(sheet, mapping)}


def sheet_of(source: Import) -> Sheet:
    """Return the stored rows with the chosen headers. Raises NotUnderstood if they were deleted."""
    if "shape" not in source.options:
        raise NotUnderstood(_("Diese Datei wurde mit einer früheren Fassung hochgeladen. Bitte noch einmal hochladen."))
    shape = Shape(**source.options["shape"])
    repair = source.options.get("repair", shape.repair)
    try:
        return Sheet(
            lambda: source.file.storage.open(source.file.name),
            shape,
            source.options.get("header_line"),
            repair,
        )
    except FileNotFoundError:
        raise NotUnderstood(_("Die Datei wurde schon gelöscht. Bitte laden Sie sie noch einmal hoch.")) from None


def entries_of(source: Import) -> Iterator[Entry]:
    """Read the rows of the file with the chosen columns. Raises NotUnderstood if it was deleted."""
    return sheet_of(source).entries({int(index): key for index, key in source.mapping.items()})


def left_out(source: Import) -> list[str]:
    """Return the headers of columns with content that are not imported."""
    shape = source.options.get("shape") or {}
    mapping = {int(index): key for index, key in source.mapping.items()}
    return left_behind(source.options.get("named", []), mapping, shape.get("filled", []))


@transaction.atomic
def forget_old(*, now: datetime) -> int:
    """Delete files and reports of imports older than 30 days, in all offices. Imported contacts stay."""
    rows = Import.objects.filter(created_at__lt=now - timedelta(days=KEPT_DAYS)).exclude(file="")
    old = list(rows.exclude(state__in=(ImportState.READING, ImportState.CHECKING, ImportState.IMPORTING)))
    ids = [source.pk for source in old]
    ImportRow.objects.filter(source__in=ids).delete()
    ImportPart.objects.filter(source__in=ids).delete()
    Import.objects.filter(pk__in=ids).update(file="", options={})
    for source in old:
        _delete_later(source.file.storage, source.file.name)
    return len(ids)


def drop(source: Import) -> None:
    """Delete a file that cannot be read."""
    _delete_later(source.file.storage, source.file.name)
    source.file = ""


def _store(source: Import) -> Shape:
    """Have the file read in an isolated process, and store the plain rows in its place."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "rows.csv"
        try:
            shape = read_apart(Path(source.file.path), target)
        except CsvError as fault:
            raise NotUnderstood(str(fault)) from None
        _delete_later(source.file.storage, source.file.name)
        with target.open("rb") as rows:
            source.file.save(f"{uuid.uuid4().hex}.csv", File(rows), save=False)
    return shape


def _delete_later(storage: Any, name: str) -> None:
    transaction.on_commit(lambda: storage.delete(name))


def _options(sheet: Sheet) -> dict[str, Any]:
    preview = [cells for line, cells in sheet.first if line > sheet.header_line][:PREVIEW_ROWS]
    return {
        "shape": sheet.shape.as_dict(),
        "header_line": sheet.header_line,
        "repair": sheet.repair,
        "head": [[line, _brief(cells)] for line, cells in sheet.head()[:HEAD_ROWS]],
        "headers": sheet.headers,
        "named": sheet.named(),
        "preview": [[cell[:80] for cell in cells] for cells in preview],
    }


def _brief(cells: list[str]) -> str:
    return " · ".join(one_line(cell)[:20] for cell in cells if cell.strip())[:80]


def _statuses(sheet: Sheet, mapping: Mapping[int, str]) -> list[str]:
    """Return the distinct words in columns mapped to the status, each in its first spelling."""
    wanted = [index for index, key in mapping.items() if key == "status"]
    found: dict[str, str] = {}
    if wanted:
        for _line, cells in sheet.rows():
            for text in (cells[index].strip() for index in wanted if index < len(cells)):
                if text and len(found) < MAX_STATUSES:
                    found.setdefault(fold_name(text), text[:80])
    return list(found.values())
