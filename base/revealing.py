"""Secrets that the next page shows, this once: a reload asks nobody to make another one.

Meanwhile they lie in the session, encrypted; reading removes them.
"""

import json

from django.http import HttpRequest

from base import vault


def keep(request: HttpRequest, name: str, *secrets: str) -> None:
    """Keep secrets for the page that shows what is called `name`. It replaces what nobody has seen of it."""
    request.session[name] = vault.seal(vault.ONCE, json.dumps(secrets))


def shown(request: HttpRequest, name: str) -> list[str]:
    """Return what was kept, only the first time; else nothing. Raises `vault.Unreadable`."""
    if request.method != "GET" or name not in request.session:  # HEAD shows nothing
        return []
    return list(json.loads(vault.unseal(vault.ONCE, request.session.pop(name))))
