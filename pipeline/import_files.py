"""Uploaded files: taken in only when they can be read to their end, forgotten after 30 days."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import NotUnderstood
from contacts import csv_rows
from pipeline.columns import fold_name
from pipeline.models import Import, ImportRow

LARGEST_FILE = 50_000_000  # bytes
KEPT_DAYS = 30
PREVIEW_ROWS = 5
MOST_STATUSES = 40  # offered one by one; more than that is hardly a column of statuses


@transaction.atomic
def receive(*, user: User, upload: UploadedFile, now: datetime) -> Import:
    """Stores the file under a name of our own and proposes what its columns mean.

    Raises NotUnderstood with line and reason for a file that cannot be read; nothing is stored then.
    """
    if (upload.size or 0) > LARGEST_FILE:
        raise NotUnderstood(_("Die Datei ist zu groß: höchstens 50 MB. Bitte teilen Sie sie auf."))
    try:
        sheet = csv_rows.read(upload.read())
    except csv_rows.CsvError as fault:
        raise NotUnderstood(str(fault)) from None
    source = Import(
        account=user.account,
        user=user,
        file_name=_shown(upload.name or ""),
        mapping={str(index): key for index, key in sheet.mapping.items()},
        rows_total=sheet.count,
        created_at=now,
    )
    source.options = _options(sheet, sheet.mapping)
    source.file.save(f"{uuid.uuid4().hex}.csv", ContentFile(sheet.data), save=False)
    source.save(force_insert=True)
    return source


def statuses_in(source: Import, mapping: Mapping[int, str]) -> list[str]:
    """The different words in the columns taken as status, as they are first written."""
    with source.file.open("rb") as file:
        return _statuses(csv_rows.read(file.read()), mapping)


@transaction.atomic
def forget_old(*, now: datetime) -> int:
    """Deletes files and reports of imports older than 30 days, in all offices; what they brought stays."""
    old = Import.objects.filter(created_at__lt=now - timedelta(days=KEPT_DAYS)).exclude(file="")
    old = list(old.exclude(state__in=(Import.State.CHECKING, Import.State.RUNNING)))
    ids = [source.pk for source in old]
    ImportRow.objects.filter(source__in=ids).delete()
    Import.objects.filter(pk__in=ids).update(file="", options={})
    for source in old:
        storage, name = source.file.storage, source.file.name
        transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))
    return len(ids)


def _options(sheet: csv_rows.Sheet, mapping: Mapping[int, str]) -> dict[str, Any]:
    preview: list[list[str]] = []
    for _line, cells in sheet.rows():
        preview.append([cell[:80] for cell in cells])
        if len(preview) == PREVIEW_ROWS:
            break
    return {"headers": sheet.headers, "preview": preview, "statuses": _statuses(sheet, mapping)}


def _statuses(sheet: csv_rows.Sheet, mapping: Mapping[int, str]) -> list[str]:
    wanted = [index for index, key in mapping.items() if key == "status"]
    found: dict[str, str] = {}
    if wanted:
        for _line, cells in sheet.rows():
            for text in (cells[index].strip() for index in wanted if index < len(cells)):
                if text and len(found) < MOST_STATUSES:
                    found.setdefault(fold_name(text), text[:80])
    return list(found.values())


def _shown(name: str) -> str:
    """The name somebody gave the file: only ever shown, never used as a path."""
    return "".join(sign for sign in name if sign.isprintable())[-200:] or _("ohne Namen")
