"""Everything `make run` does before the first page, in one process: tables, static files, the demo office.

Prints one line, `demo`, if the demo's logins work afterwards.
"""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.db import OperationalError, connection

PREPARING = 7_305_417  # any number that nobody else locks
DEMO_LOGIN = "anna@krueger.example"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
        with connection.cursor() as cursor:  # two starts on one database prepare it one after the other
            cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        call_command("migrate", interactive=False, verbosity=0)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(f"Die Datenbank ist nicht erreichbar: {str(error).strip()}")
    collect_static(Path(settings.STATIC_ROOT))
    contacts = int(os.environ.get("DEMO_CONTACTS") or "300")
    if contacts and "demo" in get_commands():
        call_command("demo", contacts=contacts, seed=1, if_empty=True, verbosity=0)
    if get_user_model().objects.filter(email=DEMO_LOGIN, is_active=True).exists():
        print("demo")


def collect_static(root: Path) -> None:
    """Collect and compress the static files, unless they are the same as last time: it takes seconds."""
    sources = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            found = Path(storage.path(name)).stat()
            sources.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    mark = root / ".collected"
    if not mark.exists() or mark.read_text() != sources.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(sources.hexdigest())


if __name__ == "__main__":
    main()
