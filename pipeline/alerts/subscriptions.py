"""Browsers in which users wish web push: switching it on and off."""

import hashlib
import json
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base import vault
from base.refusals import Conflict, NotUnderstood
from pipeline.alerts import keys
from pipeline.models import Alert, Subscription

MOST = 10  # of a user; of more the oldest goes
LONGEST = 1000  # characters of an address


def of(user: User) -> QuerySet[Subscription]:
    """Return the user's, the newest first."""
    return Subscription.objects.of(user.account).filter(user=user).order_by("-created_at", "-pk")


@transaction.atomic
def subscribe(*, user: User, endpoint: str, p256dh: str, auth: str, name: str, now: datetime) -> Subscription:
    """Keep the browser's address and keys (RFC 8030, RFC 8291). Again, it is the same one, of the user who asked last.

    Raises Conflict unless the operator has switched web push on, NotUnderstood for what no browser would send. Where
    the address leads, the worker finds out before it connects.
    """
    if not settings.WEB_PUSH:
        raise Conflict(_("Benachrichtigungen auf Geräten sind in dieser Installation ausgeschaltet."))
    _check(endpoint, p256dh, auth)
    User.objects.of(user.account).select_for_update(no_key=True).get(pk=user.pk)
    said = json.dumps({"endpoint": endpoint, "p256dh": p256dh, "auth": auth})
    values = {"account": user.account, "user": user, "name": name[:60], "created_at": now, "due_at": None}
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    sealed = vault.seal(vault.SUBSCRIPTION, said)
    (kept,) = Subscription.objects.bulk_create(
        [Subscription(digest=digest, sealed=sealed, **values)],
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=["sealed", *values],
    )
    for one in of(user)[MOST:]:
        one.delete()
    return kept


@transaction.atomic
def unsubscribe(*, user: User, subscription_id: int) -> None:
    """Forget one of the user's browsers. Raises Http404."""
    number, _rows = of(user).filter(pk=subscription_id).delete()
    if not number:
        raise Http404
    if not of(user).exists():
        Alert.objects.of(user.account).filter(user=user, by_mail=False).delete()


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    try:
        parts = urlsplit(endpoint)
        is_address = parts.scheme == "https" and parts.hostname and parts.path and parts.port != 0
        is_address = is_address and parts.username is None
        is_plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint and len(endpoint) <= LONGEST
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.decoded(p256dh))
        has_secret = len(keys.decoded(auth)) == 16
    except ValueError:
        is_address = is_plain = has_secret = False
    if not (is_address and is_plain and has_secret):
        raise NotUnderstood(_("Dieser Browser hat eine Adresse genannt, an die wir nichts senden können."))
