"""Stray files in `uploads/` without a row, left by a failed upload, a crash or a restored database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import FileField
from django.db.models.fields.files import FieldFile

GRACE = timedelta(hours=1)  # a file is stored before the transaction with its row commits


@contextmanager
def only_with_its_row(file: FieldFile, name: str) -> Iterator[None]:
    """Delete the file, or the part of it that a full disk had room for, if the block raises."""
    try:
        yield
    except BaseException:
        file.storage.delete(file.field.generate_filename(file.instance, name))
        raise


def forget(*, now: datetime) -> int:
    """Delete files without a row that are older than an hour, and return their number."""
    root = Path(settings.MEDIA_ROOT)
    strays = [path for path in root.rglob("*") if path.is_file() and _changed(path) < now - GRACE]
    known = _known()  # queried afterwards, to include what was stored meanwhile
    gone = [path for path in strays if path.relative_to(root).as_posix() not in known]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _known() -> set[str]:
    """Return the names of the files of all models."""
    fields = [field for model in apps.get_models() for field in model._meta.fields if isinstance(field, FileField)]
    rows = [
        field.model._default_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True) for field in fields
    ]
    return {name for names in rows for name in names}
