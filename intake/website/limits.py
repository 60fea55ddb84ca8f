"""Limits of public forms, for each caller, office and address."""

import time

from allauth.core import ratelimit
from allauth.core.internal.ratelimit import apply_rate, get_cache_key, get_rates
from django.core.cache import cache
from django.http import HttpRequest

APP = "allauth.account"  # whose settings name the limits


def consume(request: HttpRequest, action: str, key: str | None) -> bool:
    """Count one more, and return whether it is within the limit of that name and key.

    Who cannot be counted is within it: the lock that counting needs stays with a process that was killed for ten
    seconds, and a busy database may not give it in time. Nobody's inquiry is dropped for that.
    """
    return ratelimit.consume(request, action=action, key=key) or not _is_used_up(request, action, key)


def _is_used_up(request: HttpRequest, action: str, key: str | None) -> bool:
    now = time.time()
    for rate in get_rates(app=APP, action=action):
        name = get_cache_key(request, app=APP, action=action, rate=rate, key=key)
        is_within, _history = apply_rate([*cache.get(name, [])], now, rate, dry_run=True)
        if not is_within:
            return True
    return False
