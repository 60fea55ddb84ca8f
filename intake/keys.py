"""Keys of other programs: made by administrators, shown once, kept as hashes."""

import base64
import json
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base import vault
from base.refusals import Conflict
from base.sql import columns_of, listed, loaded, one_row
from intake.models import ApiKey, Inlet, InletKind

PREFIX = "kp_"
MAX_KEYS = 20  # of an office, that are not revoked
SELDOM = timedelta(minutes=1)  # between two notes of the last use
KEY, INLET, OFFICE = columns_of(ApiKey), columns_of(Inlet), columns_of(Account)
FIND = f"""
SELECT {listed("key", KEY)}, {listed("inlet", INLET)}, {listed("office", OFFICE)}
FROM intake_apikey AS key
JOIN intake_inlet AS inlet ON inlet.id = key.inlet_id
JOIN accounts_account AS office ON office.id = key.account_id
WHERE key.digest = %(digest)s AND key.revoked_at IS NULL
"""


class Issued(NamedTuple):
    """A new key, with what nobody sees again."""

    key: ApiKey
    token: str
    secret: str  # of Standard Webhooks, if requests must be signed


@transaction.atomic
def issue(
    *,
    user: User,
    name: str,
    may_read: bool,
    may_write: bool,
    is_signed: bool = False,
    trusts_consents: bool = False,
    now: datetime,
) -> Issued:
    """Make a key with an inlet of its own. Raises Conflict if there are too many. Each call makes one."""
    if ApiKey.objects.of(user.account).filter(revoked_at=None).count() >= MAX_KEYS:
        raise Conflict(_("Es gibt schon %(limit)s Schlüssel. Bitte widerrufen Sie zuerst einen.") % {"limit": MAX_KEYS})
    token = PREFIX + secrets.token_urlsafe(32)
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}" if is_signed else ""
    common = {"account": user.account, "created_at": now, "created_by": user}
    inlet = Inlet.objects.create(
        **common,
        kind=InletKind.API,
        name=name,
        secret=vault.seal(vault.SENDER, secret) if secret else "",
        trusts_consents=trusts_consents and is_signed,
    )
    scopes = {"may_read": may_read, "may_write": may_write}
    key = ApiKey.objects.create(**common, **scopes, inlet=inlet, digest=_digest(token), hint=token[:8])
    return Issued(key, token, secret)


@transaction.atomic
def revoke(*, user: User, key_id: int, now: datetime) -> ApiKey:
    """End a key for good. Raises Http404. Idempotent."""
    keys = ApiKey.objects.of(user.account).select_for_update(of=("self",)).select_related("inlet")
    key = keys.filter(pk=key_id).first()
    if key is None:
        raise Http404
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        Inlet.objects.of(user.account).filter(pk=key.inlet_id).update(is_active=False)
    return key


def find(header: str, now: datetime) -> ApiKey | None:
    """Return the key in an `Authorization` header with its office, and note its use, once a minute at most."""
    scheme, _blank, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.startswith(PREFIX):
        return None
    key = _known(_digest(token.strip()))
    if key and (key.last_used_at is None or key.last_used_at < now - SELDOM):
        is_due = Q(last_used_at=None) | Q(last_used_at__lt=now - SELDOM)
        ApiKey.objects.of(key.account).filter(is_due, pk=key.pk).update(last_used_at=now)
    return key


def _known(digest: str) -> ApiKey | None:
    """Return the key with inlet and office. By plain SQL: each lead of another program begins with it."""
    row = one_row(FIND, {"digest": digest})
    if row is None:
        return None
    key = loaded(ApiKey, KEY, row[: len(KEY)])
    inlet = loaded(Inlet, INLET, row[len(KEY) : -len(OFFICE)])
    key.account = inlet.account = loaded(Account, OFFICE, row[-len(OFFICE) :])
    inlet.mapping = json.loads(row[len(KEY) + INLET.index("mapping")])
    key.inlet = inlet
    return key


def _digest(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
