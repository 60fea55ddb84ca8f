"""Links that need no login: signed with TOKEN_KEY, so that they outlive a rotated SECRET_KEY, and without expiry.

An unsubscribe link works years later and after message and contact were deleted, so it carries all it needs. Of the
address it carries the keyed hash and a masked form: who reads a forwarded link learns no address.
"""

from dataclasses import astuple, dataclass
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import Http404

from funnel.models import Message, OptIn
from funnel.permission.suppression import address_hash

MAX_LENGTH = 1000  # characters; nothing of ours comes near


@dataclass(frozen=True)
class Unsubscription:
    """What an unsubscribe link says."""

    account_id: int
    contact_id: int  # who was written to; may be gone by now
    digest: str  # the keyed hash of the address
    masked: str


def unsubscription(message: Message) -> Unsubscription:
    """What the unsubscribe link of a mail says."""
    digest = address_hash(message.account_id, message.address)
    return Unsubscription(message.account_id, message.contact_id, digest, mask(message.address))


def unsubscribe_token(message: Message) -> str:
    """The token of the unsubscribe link of a mail: letters, digits, „-“, „_“ and „.“ only; the same each time."""
    return token_of(unsubscription(message))


def token_of(said: Unsubscription) -> str:
    """The token of an unsubscribe link that says this."""
    return _signer("unsubscribe").sign_object(list(astuple(said)))


def read(token: str) -> Unsubscription:
    """What an unsubscribe link says. Raises Http404 for one that is not ours, without saying why."""
    return Unsubscription(*_unsign("unsubscribe", token))


def opt_in_token(opt_in: OptIn) -> str:
    """The token of the link that confirms a consent."""
    return _signer("opt-in").sign_object(opt_in.pk)


def read_opt_in(token: str) -> int:
    """The number of the request for consent. Raises Http404 like `read`; says nothing about its age."""
    return int(_unsign("opt-in", token))


def mask(address: str) -> str:
    """An address as its owner recognizes it and nobody else can read it: „k•••@b•••.de“."""
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
    """One for each purpose: a link of one kind is none of the other."""
    return Signer(key=settings.TOKEN_KEY, salt=f"funnel.{purpose}", sep=".", fallback_keys=settings.TOKEN_KEY_FALLBACKS)
