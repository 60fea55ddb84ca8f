"""`manage.py restore --from FILE`: replaces all data by those of a backup."""

import os
import tempfile
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection

from base import journal
from config import archive, dumping
from config.archive import Unpacked
from config.instance_lock import claim_alone
from pipeline.replaying import replay

OTHER_KEY = "die Sicherung gehört zu einem anderen TOKEN_KEY; bitte setzen Sie den aus ihrer Datei keys.env"


class Command(BaseCommand):
    help = "Replaces database, uploads, keys and journal by those of a backup; refuses while the product runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", required=True, type=Path, dest="source", help="a file that `backup` wrote")

    def handle(self, *args: Any, source: Path, **options: Any) -> None:
        with claim_alone() as alone:
            if not alone or dumping.others():
                raise CommandError("Das Produkt läuft noch. Bitte erst Webserver und Hintergrunddienst beenden.")
            with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as scratch:
                self.restore(source, Path(scratch))

    def restore(self, source: Path, scratch: Path) -> None:
        """Restore the database first, all or nothing, then the files."""
        file = Path(settings.DATA_DIR) / archive.KEY_FILE
        is_ours = file.exists() and f"TOKEN_KEY={settings.TOKEN_KEY}" in file.read_text().splitlines()
        try:
            found = archive.unpack(source, scratch)
            if not is_ours and found.keys["TOKEN_KEY"] not in (
                settings.TOKEN_KEY,
                *settings.TOKEN_KEY_FALLBACKS,
            ):
                raise archive.ArchiveError(OTHER_KEY)
            dumping.load(found.database)
        except (archive.ArchiveError, dumping.DumpError) as error:
            raise CommandError(f"Nichts wurde zurückgeholt: {error}") from None
        _uploads_back(found)
        if is_ours:
            _keys_back(file, found)
        call_command("migrate", interactive=False, verbosity=0)
        _journal_back(found)
        done = replay(journal.read(journal.path().read_text()))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(
            f"Zurückgeholt. Aus dem Journal nachgeholt: {done[journal.ERASED]} Löschungen, "
            f"{done[journal.SUPPRESSED]} Sperren, {done[journal.WITHDRAWN]} Widerrufe."
        )


def _uploads_back(found: Unpacked) -> None:
    """Restore the uploads. The present ones are kept under another name, in case the wrong backup was restored."""
    root = Path(settings.MEDIA_ROOT)
    if root.exists() and any(root.iterdir()):
        root.rename(root.with_name(f"uploads.before-{datetime.now(UTC):%Y%m%d-%H%M%S}"))
    found.uploads.mkdir(exist_ok=True)
    if root.exists():
        root.rmdir()
    found.uploads.rename(root)
    root.chmod(0o700)


def _keys_back(file: Path, found: Unpacked) -> None:
    fresh = file.with_name("keys.env.new")
    with open(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as target:
        target.writelines(f"{name}={value}\n" for name, value in found.keys.items())
    fresh.rename(file)


def _journal_back(found: Unpacked) -> None:
    """Merge the lines of the backup and those written since, without repetitions, in the order of their moments."""
    path = journal.path()
    since = path.read_text() if path.exists() else ""
    lines = {str(line): line for line in (*journal.read(found.journal), *journal.read(since))}
    path.unlink(missing_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(0o600)
    journal.write(sorted(lines.values(), key=lambda line: datetime.fromisoformat(line["at"])))
