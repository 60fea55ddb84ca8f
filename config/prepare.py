"""Everything `make run` does before the first page, in one process: tables, static files, the demo office.

Prints one line, `demo`, if the demo's logins work afterwards.
"""

import os
import sys

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.db import OperationalError

DEMO_LOGIN = "anna@krueger.example"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(f"Die Datenbank ist nicht erreichbar: {str(error).strip()}")
    if settings.STATIC_ROOT:
        call_command("collectstatic", interactive=False, verbosity=0)
    contacts = int(os.environ.get("DEMO_CONTACTS") or "300")
    if contacts and "demo" in get_commands():
        call_command("demo", contacts=contacts, seed=1, if_empty=True, verbosity=0)
    if get_user_model().objects.filter(email=DEMO_LOGIN, is_active=True).exists():
        print("demo")


if __name__ == "__main__":
    main()
