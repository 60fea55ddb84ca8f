"""Unsubscribing by a link in a mail, and objections made to a colleague.

Each is one transaction: it suppresses the address, ends the series of every contact of the office that has it, records
the withdrawal as evidence and adds an action to the contact. Locks are taken in the order contacts by id, suppression,
enrolments, messages. Claiming takes the same locks, so no message is claimed after the commit.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base import journal, notices
from base.refusals import Conflict, Forbidden, NotUnderstood
from contacts import actions, consent, contact_points, finding
from contacts.kinds import Kind
from contacts.models import Consent, Contact
from contacts.telling import tell_of_many
from funnel.models import EnrolmentReason, Suppression, SuppressionReason
from funnel.permission.suppression import OWN_REQUESTS, address_hash, hashes, suppress
from funnel.permission.tokens import Unsubscription
from funnel.series import enrolments

Channel, Method = Consent.Channel, Consent.Method


@dataclass(frozen=True)
class Objection:
    """An objection: the reason of the suppression, place and method as evidence, and the colleague who was told."""

    reason: str
    place: str
    method: str = Method.FORM
    actor: User | None = None


@transaction.atomic
@notices.as_one(notices.Kind.EDITED)
def unsubscribe(*, unsubscription: Unsubscription, place: str = "", now: datetime) -> None:
    """Unsubscribe the address of a link from the mails of its office, and the contact that the mail was sent to.

    `place` says where it happened if not by the link. Raises Http404 if the office is gone. Idempotent, also when
    called concurrently or years later.
    """
    if not Account.objects.filter(pk=unsubscription.account_id).exists():
        raise Http404
    place = place or _("Abmeldelink einer E-Mail an %(address)s") % {"address": unsubscription.masked}
    objection = Objection(SuppressionReason.UNSUBSCRIBED, place)
    _apply(unsubscription.account_id, [unsubscription.digest], _recipients(unsubscription), objection, now)


def has_objected(unsubscription: Unsubscription) -> bool:
    """Return whether the person has unsubscribed or objected already."""
    rows = Suppression.objects.of(unsubscription.account_id).filter(address_hash=unsubscription.digest)
    return bool(rows.filter(reason__in=OWN_REQUESTS).exists())


@transaction.atomic
@notices.as_one(notices.Kind.EDITED)
def object_to(
    *, user: User, contact_id: int, method: str, place: str = "", everything: bool = False, now: datetime
) -> Contact:
    """Record that the contact objected to advertising (Werbewiderspruch), with `everything` by any channel.

    It applies to all addresses of the contact, and to every other contact that has one of them. Raises what
    `finding.find` raises, and NotUnderstood for a method by which nobody can object. Idempotent.
    """
    contact = finding.find(user, contact_id)
    if method not in consent.BY_HAND:
        raise NotUnderstood(_("Bitte angeben, wie der Kontakt widersprochen hat."))
    objection = Objection(SuppressionReason.OBJECTION, place, method, user)
    addresses = contact_points.texts(contact.email, contact.more_emails)
    same = {pk for address in addresses for pk in _with_address(contact.account_id, address)}
    digests = [address_hash(contact.account_id, address) for address in addresses]
    _apply(contact.account_id, digests, {contact.pk, *same}, objection, now)
    if everything:
        for channel in (Channel.PHONE, Channel.LETTER):
            _withdraw(contact, channel, objection, now)
    return contact


@transaction.atomic
@notices.as_one(notices.Kind.EDITED)
def lift(
    *,
    user: User,
    contact_id: int,
    wording: str,
    method: str,
    place: str = "",
    occurred_at: datetime | None = None,
    now: datetime,
) -> Contact:
    """Lift the suppression of the contact's address, because the contact has consented again since.

    Raises what `finding.find` raises, Forbidden unless the user is an administrator, Conflict if the address is not
    suppressed, and NotUnderstood for a consent older than the suppression or that `consent.record` refuses.
    """
    contact = finding.find(user, contact_id)
    if not user.is_administrator:
        raise Forbidden(_("Eine Sperre heben nur Administratoren auf."))
    contact = finding.lock(user, contact.pk)
    digests = hashes(contact.account_id, contact.email)
    entries = Suppression.objects.of(contact.account_id).filter(address_hash__in=digests)
    entry = entries.select_for_update().order_by("-at").first()
    if entry is None:
        raise Conflict(_("Diese Adresse ist nicht gesperrt."))
    if (occurred_at or now) <= entry.at:
        raise NotUnderstood(_("Die neue Einwilligung muss nach der Sperre erteilt worden sein."))
    consent.record(
        contact=contact,
        channel=Channel.EMAIL,
        granted=True,
        method=method,
        wording=wording,
        place=place,
        occurred_at=occurred_at,
        actor=user,
        now=now,
    )
    for row in entries:
        journal.note(journal.LIFTED, office=contact.account_id, at=now, hash=row.address_hash)
    entries.delete()
    tell_of_many(notices.Kind.EDITED, contact.account_id, _with_address(contact.account_id, contact.email), user)
    return contact


def _apply(
    account_id: int, digests: Collection[str], contact_ids: Collection[int], objection: Objection, now: datetime
) -> None:
    contacts = Contact.objects.of(account_id).filter(pk__in=contact_ids).order_by("pk")
    found = list(contacts.select_for_update(no_key=True))
    news = [
        suppress(account_id=account_id, digest=digest, reason=objection.reason, now=now) for digest in sorted(digests)
    ]
    ids = [contact.pk for contact in found]
    if any(news):
        tell_of_many(notices.Kind.EDITED, account_id, ids, objection.actor)
    why = EnrolmentReason(objection.reason)
    enrolments.stop(account_id=account_id, contact_ids=ids, reason=why, actor=objection.actor, now=now)
    known = consent.newest(account_id, ids, Channel.EMAIL)
    for contact in found:
        if any(news) or contact.pk not in known or known[contact.pk].granted:
            _withdraw(contact, Channel.EMAIL, objection, now)
            text = objection.place or str(why.label)
            actions.perform(contact=contact, kind=Kind.OPT_OUT, actor=None, now=now, text=text)


def _withdraw(contact: Contact, channel: str, objection: Objection, now: datetime) -> None:
    consent.attest(
        contact=contact,
        channel=channel,
        granted=False,
        method=objection.method,
        place=objection.place,
        actor=objection.actor,
        now=now,
    )


def _recipients(unsubscription: Unsubscription) -> set[int]:
    """Return the contacts that have the address now, and the one that was mailed, which may have changed its address.

    The address is taken from that contact if it still has it; otherwise all addresses of the office are hashed.
    """
    contacts = Contact.objects.of(unsubscription.account_id)
    written = contacts.filter(pk=unsubscription.contact_id).first()
    if written and unsubscription.digest in hashes(unsubscription.account_id, written.email):
        return _with_address(unsubscription.account_id, written.email)
    others = contacts.exclude(email="").values_list("pk", "email", "more_emails").iterator()
    found = {
        pk
        for pk, email, more in others
        if any(
            unsubscription.digest in hashes(unsubscription.account_id, one) for one in contact_points.texts(email, more)
        )
    }
    return {*found, written.pk} if written else found


def _with_address(account_id: int, address: str) -> set[int]:
    return set(finding.having(account_id, address).values_list("pk", flat=True))
