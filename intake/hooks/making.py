"""Setting up web hooks: the verbs. Each locks the inlet's row, and raises Http404 for one that is not there."""

import base64
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base import vault
from base.refusals import Conflict
from intake.hooks import addresses
from intake.models import Arrival, Inlet, InletKind, Program, Result

MAX_HOOKS = 100  # of an office
KEY = Program.GOOGLE_ADS  # which keeps to 50 signs


def hooks_of(account: Account) -> QuerySet[Inlet]:
    """Return the web hooks of the office. One that was removed stays for what arrived by it, without an address."""
    return Inlet.objects.of(account).filter(kind=InletKind.HOOK).exclude(token=None)


def find(user: User, inlet_id: int) -> Inlet:
    return _one(hooks_of(user.account).select_related("account"), inlet_id)


@transaction.atomic
def create(*, user: User, name: str, program: str, now: datetime) -> Inlet:
    """Add a web hook, which is on. Raises Conflict if there are too many. Each call adds one."""
    if hooks_of(user.account).count() >= MAX_HOOKS:
        raise Conflict(_("Es gibt schon %d Web-Hooks.") % MAX_HOOKS)
    inlet = Inlet(account=user.account, kind=InletKind.HOOK, name=name, program=program, created_at=now)
    inlet.created_by = user
    addresses.give(inlet)
    inlet.save()
    return inlet


@transaction.atomic
def save(*, user: User, inlet_id: int, **values: Any) -> Inlet:
    """Save what people call it, whether it is on, and whether its consents count, which takes a proof of the sender."""
    inlet = locked(user, inlet_id)
    for field, value in values.items():
        setattr(inlet, field, value)
    inlet.trusts_consents = inlet.trusts_consents and bool(inlet.secret)
    inlet.save(update_fields=["trusts_consents", *values])
    return inlet


@transaction.atomic
def renew_address(*, user: User, inlet_id: int) -> Inlet:
    """Give it another address; nothing is taken at the one before any more."""
    inlet = locked(user, inlet_id)
    addresses.give(inlet)
    inlet.save(update_fields=["token", "sealed_token"])
    return inlet


@transaction.atomic
def renew_secret(*, user: User, inlet_id: int, given: str = "") -> str:
    """Ask the sender for a proof from now on, with a new secret or the one that was given; return it, this once."""
    inlet = locked(user, inlet_id)
    random = secrets.token_bytes(24)
    made = secrets.token_urlsafe(24) if inlet.program == KEY else f"whsec_{base64.b64encode(random).decode()}"
    secret = given or made
    inlet.secret = vault.seal(vault.SENDER, secret)
    inlet.save(update_fields=["secret"])
    return secret


@transaction.atomic
def drop_secret(*, user: User, inlet_id: int) -> Inlet:
    """Ask for no proof any more. Consents count only once they are confirmed again."""
    inlet = locked(user, inlet_id)
    inlet.secret, inlet.trusts_consents = "", False
    inlet.save(update_fields=["secret", "trusts_consents"])
    return inlet


@transaction.atomic
def give_access(*, user: User, inlet_id: int, token: str, now: datetime) -> int:
    """Fetch with this token what the sender only names, and what lies in the tray so; return how much that is.

    It is sealed, and shown to nobody again.
    """
    inlet = locked(user, inlet_id)
    inlet.access = vault.seal(vault.META, token)
    inlet.save(update_fields=["access"])
    named = Arrival.objects.of(user.account_id).filter(inlet=inlet, contact=None, parser="meta")
    waiting = named.filter(result__in=(Result.UNREAD, Result.ANNOUNCED), read__foreign_id__gt="")
    return waiting.update(result=Result.ANNOUNCED, reason="", attempts=0, due_at=now)


@transaction.atomic
def drop_access(*, user: User, inlet_id: int) -> Inlet:
    """Fetch nothing any more, and forget the token."""
    inlet = locked(user, inlet_id)
    inlet.access = ""
    inlet.save(update_fields=["access"])
    return inlet


@transaction.atomic
def remove(*, user: User, inlet_id: int) -> Inlet:
    """Take nothing by it any more. What has arrived stays, under its name."""
    inlet = locked(user, inlet_id)
    inlet.token, inlet.sealed_token, inlet.secret, inlet.access, inlet.is_active = None, "", "", "", False
    inlet.save(update_fields=["token", "sealed_token", "secret", "access", "is_active"])
    return inlet


def locked(user: User, inlet_id: int) -> Inlet:
    return _one(hooks_of(user.account).select_for_update(of=("self",), no_key=True), inlet_id)


def _one(rows: QuerySet[Inlet], inlet_id: int) -> Inlet:
    found = rows.filter(pk=inlet_id).first()
    if found is None:
        raise Http404
    return found
