"""Links that need no login. They are signed with TOKEN_KEY, which outlives a rotated SECRET_KEY, and never expire.

An unsubscribe link must work years later, after message and contact were deleted, so it contains everything it needs.
It holds the keyed hash of the address and a masked form, so that a forwarded link does not reveal the address.
"""

from dataclasses import astuple, dataclass
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import Http404

from funnel.models import Message, OptIn
from funnel.permission.suppression import address_hash

MAX_LENGTH = 1000  # characters; our own tokens are far shorter


@dataclass(frozen=True)
class Unsubscription:
    """The content of an unsubscribe link."""

    account_id: int
    contact_id: int  # who was mailed; may have been erased since
    digest: str  # the keyed hash of the address
    masked: str


def unsubscription(message: Message) -> Unsubscription:
    """Return the content of the unsubscribe link of a message."""
    digest = address_hash(message.account_id, message.address)
    return Unsubscription(message.account_id, message.contact_id, digest, mask(message.address))


def unsubscribe_token(message: Message) -> str:
    """Return the token of a message's unsubscribe link: letters, digits, "-", "_" and ".", the same on every call."""
    return token_of(unsubscription(message))


def token_of(unsubscription: Unsubscription) -> str:
    """Return the token for the content of an unsubscribe link."""
    return _signer("unsubscribe").sign_object(list(astuple(unsubscription)))


def read(token: str) -> Unsubscription:
    """Return the content of an unsubscribe link. Raises Http404, without a reason, for one that we did not sign."""
    return Unsubscription(*_unsign("unsubscribe", token))


def opt_in_token(opt_in: OptIn) -> str:
    """Return the token of the link that confirms a consent."""
    return _signer("opt-in").sign_object(opt_in.pk)


def read_opt_in(token: str) -> int:
    """Return the id of the `OptIn`, whatever its age. Raises Http404 like `read`."""
    return int(_unsign("opt-in", token))


def mask(address: str) -> str:
    """Return the address in a form that only its owner recognizes: „k•••@b•••.de“."""
    name, _at, domain = address.partition("@")
    host, _dot, ending = domain.rpartition(".")
    return f"{name[:1]}•••@{host[:1]}•••.{ending}"


def _unsign(purpose: str, token: str) -> Any:
    try:
        if len(token) > MAX_LENGTH:
            raise BadSignature
        return _signer(purpose).unsign_object(token)
    except BadSignature:
        raise Http404 from None


def _signer(purpose: str) -> Signer:
    """Return the signer for a purpose; a link of one purpose is not valid for another."""
    return Signer(key=settings.TOKEN_KEY, salt=f"funnel.{purpose}", sep=".", fallback_keys=settings.TOKEN_KEY_FALLBACKS)
