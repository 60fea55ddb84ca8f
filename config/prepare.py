"""Everything `make run` does before the first page, in one process: tables, static files, the demo office.

Prints the demo's logins, if this database has them.
"""

import hashlib
import os
import sys
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()  # the following imports need the models

from accounts.models import User  # noqa: E402
from base.templatetags.assets import assemblies_of_all_pages  # noqa: E402
from config import static_files  # noqa: E402
from demo import build as demo  # noqa: E402

PREPARING = 7_305_417  # key of the advisory lock; any unused number


def main() -> None:
    contacts = demo_contacts()
    try:
        alone = psycopg.connect(**connection.get_connection_params() | {"autocommit": True})
    except psycopg.OperationalError as error:
        sys.exit(f"Die Datenbank ist nicht erreichbar: {str(error).strip()}")
    with alone:  # two starts on one database take turns
        alone.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        call_command("migrate", interactive=False, verbosity=0)
        collect_static(Path(settings.STATIC_ROOT))
        if contacts:
            call_command("demo", contacts=contacts, seed=1, if_empty=True, verbosity=0)
    print_logins()


def demo_contacts() -> int:
    text = os.environ.get("DEMO_CONTACTS") or "300"
    if not (text.isascii() and text.isdigit()):
        sys.exit(f"DEMO_CONTACTS={text} ist keine Anzahl.")
    return int(text)


def print_logins() -> None:
    order = [email for members in demo.MEMBERS.values() for email, *_ in members]
    users = User.objects.filter(email__in=order, is_active=True).select_related("account")
    if users:
        print(f"  Anmelden mit dem Passwort „{demo.PASSWORD}“ als")
    for user in sorted(users, key=lambda user: order.index(user.email)):
        office = f"{user.account.name} ({user.account.get_plan_display()})"
        print(f"    {user.email:<24} {user.get_role_display():<15} {office}")


def collect_static(root: Path) -> None:
    """Collect and compress the static files, which takes seconds, unless they have not changed."""
    sources = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    sources.update(Path(static_files.__file__).read_bytes())
    sources.update(repr(sorted(assemblies_of_all_pages())).encode())
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
