"""Encrypting secrets in the database with TOKEN_KEY.

Each purpose has a key of its own, derived from TOKEN_KEY, so that a text sealed for one cannot be opened for another.
A sealed text names its key: after a change of TOKEN_KEY the old one still opens it, if TOKEN_KEY_FALLBACKS has it.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from base.refusals import Conflict

MARK = "sealed"
# Purposes, in their own words: renaming one makes what it sealed unreadable.
SECOND_FACTOR = "second factor"
RELAY = "mail server of an office"
POSTBOX = "password of an office's mailbox"
SENDER = "what the sender of an inlet signs with"
META = "access of an office to its page at Meta"
PUSH_KEY = "key for web push"
SUBSCRIPTION = "browser that takes web push"
ADDRESS = "unguessable address of an inlet"
ONCE = "secret that a page shows once"


class Unreadable(Conflict):
    """No key of ours opens it: TOKEN_KEY was changed without keeping the old one, or the text was altered."""


def seal(purpose: str, text: str) -> str:
    """Encrypt the text for a purpose. The result differs each time."""
    key = settings.TOKEN_KEY
    return f"{MARK}:{_name(key)}:{_cipher(purpose, key).encrypt(text.encode()).decode()}"


def unseal(purpose: str, sealed: str) -> str:
    """Return the text that was sealed. Raises Unreadable."""
    mark, name, token = (*sealed.split(":", 2), "", "")[:3]
    for key in (settings.TOKEN_KEY, *settings.TOKEN_KEY_FALLBACKS):
        if mark == MARK and name == _name(key):
            try:
                return _cipher(purpose, key).decrypt(token.encode()).decode()
            except InvalidToken:
                break
    raise Unreadable(
        _("Ein Schlüssel des Servers fehlt. Bitte wenden Sie sich an die Betreuung der Kontakte-Pipeline.")
    )


def is_sealed(text: str) -> bool:
    return text.startswith(f"{MARK}:")


def _name(key: str) -> str:
    """Return the name of a key, which reveals nothing about it."""
    return hashlib.sha256(b"name of a key" + key.encode()).hexdigest()[:8]


def _cipher(purpose: str, key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
