"""The address that an office has with us, to which it forwards the mails of portals and forms.

It is `MAIL_IN` with an unguessable token, so such mails come to the mailbox of `IMAP_URL`.
"""

import re
import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base.refusals import Conflict
from funnel.letters import inbound
from funnel.replies.inbox import Others
from intake.mail.keeping import keep_mail
from intake.models import Inlet, InletKind
from intake.reading.lead import MAX_BYTES

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # five bits each, hard to misread
LENGTH = 20
MAX_HEAD = 200_000  # bytes
MAX_NAMED = 10  # addresses of offices in one mail
_HEAD = re.compile(rb"\r?\n\r?\n")


@transaction.atomic
def open_address(*, user: User, now: datetime) -> Inlet:
    """Give the office its address, once. Raises Conflict if the product receives no mails."""
    if not inbound.is_enabled():
        raise Conflict(_("Diese Installation empfängt keine E-Mails."))
    account = Account.objects.select_for_update(no_key=True).get(pk=user.account_id)
    known = Inlet.objects.of(account).filter(kind=InletKind.ADDRESS).first()
    token = "".join(secrets.choice(ALPHABET) for _sign in range(LENGTH))
    return known or Inlet.objects.create(
        account=account,
        kind=InletKind.ADDRESS,
        name=_("Weitergeleitete E-Mails"),
        token=token,
        created_at=now,
        created_by=user,
    )


def address(inlet: Inlet) -> str:
    """Return the address, "" if the product receives no mails."""
    if not inbound.is_enabled():
        return ""
    local, _at, domain = settings.MAIL_IN.rpartition("@")
    return f"{local}+l{inlet.token}@{domain}"


def wants(raw: bytes) -> bool:
    """Return whether the mail names the address of an office."""
    return bool(_inlets(raw))


def keep(raw: bytes, now: datetime) -> None:
    """Keep the mail for each office whose address it names, in the caller's transaction."""
    for inlet in _inlets(raw):
        keep_mail(inlet=inlet, raw=raw, now=now)


OTHERS = Others(wants=wants, keep=keep, most=MAX_BYTES)


def _inlets(raw: bytes) -> list[Inlet]:
    """Return the addresses of offices that are named anywhere in its head: of a forwarded mail „To“ names others."""
    local, _at, domain = settings.MAIL_IN.lower().rpartition("@")
    if not local:
        return []
    head = _HEAD.split(raw[:MAX_HEAD], maxsplit=1)[0].lower().decode("ascii", "replace")
    shape = rf"(?<![\w.+-]){re.escape(local)}\+l([{ALPHABET}]{{{LENGTH}}})@{re.escape(domain)}(?![\w.-]*\w)"
    tokens = list(dict.fromkeys(re.findall(shape, head)))[:MAX_NAMED]
    return list(
        Inlet.objects.filter(kind=InletKind.ADDRESS, token__in=tokens, is_active=True).order_by("account", "pk")
    )
