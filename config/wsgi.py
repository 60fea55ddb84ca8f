"""The WSGI entry point: `config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from base.limits import WEB, limit
from config.room import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
limit(WEB)

application = with_room(get_wsgi_application())
