"""The unguessable address of a web hook: found by its hash, and sealed so that its page can show it again."""

import hashlib
import hmac
import secrets

from django.conf import settings
from django.urls import reverse

from base import vault
from intake.models import Inlet, InletKind


def give(inlet: Inlet) -> None:
    """Give the inlet a new address, unsaved; the one it had is gone."""
    token = secrets.token_urlsafe(24)
    inlet.token, inlet.sealed_token = digest(token), vault.seal(vault.ADDRESS, token)


def find(token: str) -> Inlet | None:
    """Return the web hook of an address, with its office, if it is on."""
    hooks = Inlet.objects.select_related("account").filter(kind=InletKind.HOOK, is_active=True)
    return hooks.filter(token=digest(token)).first()


def address(inlet: Inlet) -> str:
    """Return the whole address. Raises `vault.Unreadable`."""
    return settings.BASE_URL + reverse("intake:hook", args=[_token(inlet)])


def verify_token(inlet: Inlet) -> str:
    """Return the word with which Meta shows that somebody knows the address. Raises `vault.Unreadable`."""
    return hmac.new(_token(inlet).encode(), b"hub.verify_token", hashlib.sha256).hexdigest()[:32]


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _token(inlet: Inlet) -> str:
    return vault.unseal(vault.ADDRESS, inlet.sealed_token)
