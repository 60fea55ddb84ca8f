"""Uploads that failed leave no file, and files that belong to nothing are removed."""

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import DataError, connection
from django.utils import timezone

from pipeline import strays, tasks
from pipeline.imports import steps
from pipeline.models import Import
from tests.markup import page_of
from tests.pipeline.importing import received, upload_of

pytestmark = pytest.mark.true_clock  # for the age of files


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return settings.MEDIA_ROOT


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def aged(path: Path, age: timedelta) -> None:
    then = (timezone.now() - age).timestamp()
    os.utime(path, (then, then))


def test_no_file_is_kept_if_the_row_of_an_upload_cannot_be_written(anna, uploads):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pipeline_import ALTER COLUMN file TYPE varchar(3)")
    with pytest.raises(DataError):
        received(anna, "Nachname\nEins\n")
    assert files(uploads) == []


class Full(FileSystemStorage):
    """A file system with space for half a file."""

    def _save(self, name, content):
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read(5))
        raise OSError(errno.ENOSPC, "No space left on device")


def test_an_upload_on_a_full_disk_keeps_no_partial_file_and_says_what_to_do(anna, login, uploads, monkeypatch):
    monkeypatch.setattr(Import._meta.get_field("file"), "storage", Full(uploads))
    upload = {"file": upload_of("Nachname\nEins\n")}
    answer = login(anna).post("/contacts/import/", upload)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "15")
    assert "Zurzeit kann nichts gespeichert werden." in page_of(answer)
    assert (files(uploads), Import.objects.count()) == ([], 0)


def test_the_worker_removes_files_without_a_row_after_an_hour(anna, uploads):
    kept = steps.receive(user=anna, upload=upload_of("Nachname\nEins\n"), now=timezone.now())
    old, young, elsewhere = uploads / "imports/old.csv", uploads / "imports/young.csv", uploads / "left"
    for path in (old, young, elsewhere):
        path.write_text("x")
    for path in (Path(kept.file.path), old, elsewhere):
        aged(path, strays.GRACE + timedelta(minutes=1))
    tasks.forget_strays(timestamp=0)
    assert files(uploads) == sorted([Path(kept.file.name).name, "young.csv"])


def test_a_missing_upload_folder_is_no_error(db, uploads):
    assert strays.forget(now=timezone.now()) == 0
