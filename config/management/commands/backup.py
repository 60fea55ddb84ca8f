"""`manage.py backup --to FILE`: writes everything a restore needs into one file."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from config import archive, dumping


class Command(BaseCommand):
    help = "Writes database, uploads, keys and the journal of erasures into one file, while the product runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", required=True, type=Path, help="the file; an older one of this name is replaced")

    def handle(self, *args: Any, to: Path, **options: Any) -> None:
        try:
            with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as scratch:
                database = Path(scratch) / archive.DATABASE
                dumping.dump(database)
                archive.pack(to, database)
        except (dumping.DumpError, OSError) as error:
            raise CommandError(f"Die Sicherung ist nicht entstanden: {error}") from None
        self.stdout.write(f"Gesichert in {to} ({to.stat().st_size / 1e6:.1f} MB). Die Datei enthält die Schlüssel.")
