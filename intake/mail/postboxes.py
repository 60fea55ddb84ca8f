"""Connecting mailboxes of offices: the verbs. The worker tests what they say, in `polling`."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base import vault
from base.refusals import Conflict, NotUnderstood
from intake.mail import senders
from intake.models import Inlet, InletKind, Postbox

MAX_POSTBOXES = 3  # of an office
PORTS = (993, 143)  # TLS from the start, and before logging in


@transaction.atomic
def connect(
    *, user: User, name: str, host: str, port: int, login: str, password: str, folder: str, now: datetime
) -> Postbox:
    """Add a mailbox, to be tested and read by the worker. Raises Conflict if there are too many, NotUnderstood."""
    account = Account.objects.select_for_update(no_key=True).get(pk=user.account_id)
    if Postbox.objects.of(account).count() >= MAX_POSTBOXES:
        raise Conflict(_("Es gibt schon %(limit)s Postfächer.") % {"limit": MAX_POSTBOXES})
    _check(port)
    inlet = Inlet.objects.create(
        account=account,
        kind=InletKind.MAILBOX,
        name=name,
        secret=vault.seal(vault.POSTBOX, password),
        mapping={"senders": senders.of(account)},
        created_at=now,
        created_by=user,
    )
    return Postbox.objects.create(
        account=account, inlet=inlet, host=host, port=port, user=login, folder=folder, connected_at=now, due_at=now
    )


@transaction.atomic
def reconnect(
    *,
    user: User,
    postbox_id: int,
    name: str,
    host: str,
    port: int,
    login: str,
    password: str,
    folder: str,
    now: datetime,
) -> Postbox:
    """Change a mailbox, and have it tested again. Raises Postbox.DoesNotExist, NotUnderstood.

    The password is always given anew, so nobody can send the one we have to another server. The same folder is read on
    from where it was.
    """
    postbox = _locked(user, postbox_id)
    _check(port)
    if (postbox.host, postbox.user, postbox.folder) != (host, login, folder):
        postbox.validity, postbox.next_uid, postbox.connected_at = 0, 0, now
    postbox.host, postbox.port, postbox.user, postbox.folder = host, port, login, folder
    postbox.state, postbox.failures, postbox.due_at = Postbox.State.TESTING, 0, now
    postbox.version += 1
    postbox.save()
    sealed = vault.seal(vault.POSTBOX, password)
    Inlet.objects.of(user.account_id).filter(pk=postbox.inlet_id).update(name=name, secret=sealed, is_active=True)
    return postbox


@transaction.atomic
def disconnect(*, user: User, postbox_id: int) -> Postbox:
    """Read the mailbox no more, and forget its password. Raises Postbox.DoesNotExist. Idempotent."""
    postbox = _locked(user, postbox_id)
    postbox.version += 1
    postbox.save(update_fields=["version"])
    Inlet.objects.of(user.account_id).filter(pk=postbox.inlet_id).update(secret="", is_active=False)
    return postbox


def _locked(user: User, postbox_id: int) -> Postbox:
    return Postbox.objects.of(user.account_id).select_for_update(no_key=True).get(pk=postbox_id)


def _check(port: int) -> None:
    if port not in PORTS:
        raise NotUnderstood(_("Bitte den Port 993 oder 143 wählen."))
