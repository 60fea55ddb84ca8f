"""Known browsers: a user who has logged in there before is not locked out by guesses made elsewhere.

Failed logins are limited per account and per the caller's address, and one address may be shared by an entire office.
A browser that has logged in has a signed cookie for this account; its own failures are
counted on the cookie instead (OWASP, “Device Cookies”).
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = "browser"
PATH = "/accounts/"
AGE = 180 * 24 * 60 * 60  # seconds
MAX_ACCOUNTS = 8  # accounts that one browser knows, the newest first


def key(request: HttpRequest, email: str) -> str | None:
    """Return the key for counting this browser's failures at this account; None if it never logged in there."""
    known = _read(request)
    return f"{known['id']} {_mark(email)}" if _mark(email) in known["of"] else None


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Set the cookie: this browser has logged in as the owner of the address."""
    known = _read(request)
    others = [mark for mark in known["of"] if mark != _mark(email)]
    known["of"] = [_mark(email), *others][:MAX_ACCOUNTS]
    response.set_cookie(
        COOKIE,
        signing.dumps(known, salt=__name__),
        max_age=AGE,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        return dict(signing.loads(request.COOKIES.get(COOKIE, ""), salt=__name__, max_age=AGE))
    except signing.BadSignature:
        return {"id": secrets.token_urlsafe(12), "of": []}


def _mark(email: str) -> str:
    """Return a hash of the address, so that the cookie does not reveal it."""
    return salted_hmac(__name__, email.strip().lower()).hexdigest()[:16]
