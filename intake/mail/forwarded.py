"""The address that an office has with us, to which it forwards the mails of portals and forms.

It is `MAIL_IN` with an unguessable token, so such mails come to the mailbox of `IMAP_URL`.
"""

import re
import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base.refusals import Conflict
from funnel.letters import inbound
from funnel.replies.inbox import Others
from intake.mail import senders
from intake.mail.keeping import keep_mail
from intake.models import Inlet, InletKind
from intake.reading.lead import MAX_BYTES

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # five bits each, hard to misread
LENGTH = 20
MAX_HEAD = 200_000  # bytes
MAX_NAMED = 10  # addresses of offices in one mail
MAX_FORMER = 20  # addresses from before that are still known
_HEAD = re.compile(rb"\r?\n\r?\n")


@transaction.atomic
def open_address(*, user: User, now: datetime) -> Inlet:
    """Give the office its address, once. Raises Conflict if the product receives no mails."""
    if not inbound.is_enabled():
        raise Conflict(_("Diese Installation empfängt keine E-Mails."))
    account = Account.objects.select_for_update(no_key=True).get(pk=user.account_id)
    known = Inlet.objects.of(account).filter(kind=InletKind.ADDRESS).first()
    return known or Inlet.objects.create(
        account=account,
        kind=InletKind.ADDRESS,
        name=_("Weitergeleitete E-Mails"),
        token=_token(),
        mapping={"senders": senders.of(account)},
        created_at=now,
        created_by=user,
    )


@transaction.atomic
def renew(*, user: User) -> Inlet:
    """Give the office another address. What comes to the one before is only noted, for the page to say so.

    Raises Http404 without an address.
    """
    inlet = _locked(user)
    former = [inlet.token, *inlet.mapping.get("former", ())][:MAX_FORMER]
    inlet.token, inlet.mapping = _token(), inlet.mapping | {"former": former, "missed_at": None}
    inlet.save(update_fields=["token", "mapping"])
    return inlet


@transaction.atomic
def switch(*, user: User, on: bool) -> Inlet:
    """Take what comes to the address, or no more of it. Raises Http404 without an address. Idempotent."""
    inlet = _locked(user)
    inlet.is_active, inlet.mapping = on, inlet.mapping | {"missed_at": None}
    inlet.save(update_fields=["is_active", "mapping"])
    return inlet


def missed_at(inlet: Inlet) -> datetime | None:
    """Return when a mail came last that was not taken: to an address from before, or while it is off."""
    found = inlet.mapping.get("missed_at")
    return datetime.fromisoformat(found) if found else None


def _locked(user: User) -> Inlet:
    rows = Inlet.objects.of(user.account).select_for_update(no_key=True)
    return get_object_or_404(rows, kind=InletKind.ADDRESS)


def _token() -> str:
    return "".join(secrets.choice(ALPHABET) for _sign in range(LENGTH))


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
    """Keep the mail for each office whose address it names, in the caller's transaction.

    One to an address that is no more, or is off, is only noted, so that the office looks where it still forwards mails.
    """
    for inlet in _inlets(raw):
        if inlet.is_active and inlet.token in _tokens(raw):
            keep_mail(inlet=inlet, raw=raw, now=now)
        else:
            missed = {"missed_at": now.isoformat()}
            Inlet.objects.of(inlet.account_id).filter(pk=inlet.pk).update(mapping=inlet.mapping | missed)


OTHERS = Others(wants=wants, keep=keep, most=MAX_BYTES)


def _inlets(raw: bytes) -> list[Inlet]:
    """Return the offices whose address the mail names, the present one or one from before."""
    tokens = _tokens(raw)
    if not tokens:
        return []
    named = Q(token__in=tokens)
    for token in tokens:
        named |= Q(mapping__former__contains=token)
    return list(Inlet.objects.filter(named, kind=InletKind.ADDRESS).order_by("account", "pk"))


def _tokens(raw: bytes) -> list[str]:
    """Return the tokens of addresses that are named anywhere in its head: of a forwarded mail „To“ names others."""
    local, _at, domain = settings.MAIL_IN.lower().rpartition("@")
    if not local:
        return []
    head = _HEAD.split(raw[:MAX_HEAD], maxsplit=1)[0].lower().decode("ascii", "replace")
    shape = rf"(?<![\w.+-]){re.escape(local)}\+l([{ALPHABET}]{{{LENGTH}}})@{re.escape(domain)}(?![\w.-]*\w)"
    return list(dict.fromkeys(re.findall(shape, head)))[:MAX_NAMED]
