"""The WSGI entry point: `config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from config.room import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# What a request may cost in the database, for every connection of a web process and of no other; libpq reads it.
LIMITS = {"lock_timeout": "3s", "statement_timeout": "10s", "idle_in_transaction_session_timeout": "60s"}
os.environ.setdefault("PGOPTIONS", " ".join(f"-c {name}={limit}" for name, limit in LIMITS.items()))

application = with_room(get_wsgi_application())
