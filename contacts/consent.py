"""Consents and withdrawals of a contact, as evidence: rows are only added; the newest of a channel counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from base import journal, notices, once
from base.meta import chosen
from base.refusals import NotUnderstood
from contacts.finding import lock
from contacts.models import Consent, Contact
from contacts.telling import tell_of

BY_HAND: tuple[Any, ...] = (Consent.Method.SPOKEN, Consent.Method.WRITTEN, Consent.Method.FORM)
MAX_PLACE_LENGTH = Consent._meta.get_field("place").max_length


@dataclass(frozen=True)
class ConsentState:
    """The state of one channel. `newest` is None if the contact was never asked."""

    channel: str
    newest: Consent | None
    elsewhere: str = ""  # the address or number it was given for, if that is not the first one now

    @property
    def label(self) -> str:
        return str(Consent.Channel(self.channel).label)

    @property
    def method(self) -> str:
        """How the newest evidence was given."""
        return chosen(self.newest, "method") if self.newest else ""

    @property
    def granted(self) -> bool:
        return self.newest is not None and self.newest.granted and self.newest.is_proven


@transaction.atomic
def record(
    *,
    contact: Contact,
    channel: str,
    granted: bool,
    method: str,
    wording: str = "",
    place: str = "",
    occurred_at: datetime | None = None,
    address: str | None = None,
    actor: User,
    now: datetime,
) -> Consent:
    """Record a consent or withdrawal that a person reports. A consent needs the wording that was agreed to.

    `address` is the e-mail address or number it was given for, by default the contact's first one. Each call adds a
    row. Raises Http404 and Gone like `finding.lock`, NotUnderstood for a moment after `now`, for a consent without
    wording, and for a method that only the product itself can attest.
    """
    locked = lock(actor, contact.pk)
    if method not in BY_HAND:
        raise NotUnderstood(_("Bitte angeben, wie die Einwilligung erteilt oder widerrufen wurde."))
    if granted and not wording.strip():
        raise NotUnderstood(_("Bitte den Wortlaut der Einwilligung angeben."))
    if occurred_at is not None and occurred_at > now:
        raise NotUnderstood(_("Der Zeitpunkt liegt in der Zukunft."))
    if not granted:
        _note(locked, channel, method, occurred_at or now)
    tell_of(notices.Kind.EDITED, locked, actor)
    return Consent.objects.create(
        account_id=locked.account_id,
        contact_id=locked.pk,
        channel=channel,
        granted=granted,
        wording=wording,
        place=place,
        method=method,
        occurred_at=occurred_at or now,
        address=_meant(locked, channel, granted) if address is None else address.lower(),
        recorded_by=actor,
        recorded_at=now,
    )


def states(contact: Contact) -> list[ConsentState]:
    """Return the present state of each channel, in one statement."""
    found = {row.channel: row for row in once.rows(_newest_of_each, contact.account_id, contact.pk)}
    return [_state(contact, channel, found.get(channel)) for channel in Consent.Channel.values]


def _newest_of_each(account_id: int, contact_id: int) -> QuerySet[Consent]:
    rows = with_earlier_grant(Consent.objects.of(account_id).filter(contact=contact_id))
    return rows.order_by("channel", "-is_proven", "-occurred_at", "-pk").distinct("channel")


def word(row: Consent) -> str:
    """Return what the person did. `row` comes from `with_earlier_grant`: only what was given can be withdrawn."""
    if row.granted:
        return _("erteilt") if row.is_proven else _("angegeben, noch nicht bestätigt")
    if row.was_granted:
        return _("widerrufen")
    return _("nicht erteilt") if row.method == Consent.Method.IMPORT else _("abgelehnt")


def with_earlier_grant(rows: QuerySet[Any]) -> QuerySet[Consent]:
    """Annotate the rows with `was_granted`, which `word` needs: whether there is an earlier consent of the channel."""
    same = Consent.objects.of(OuterRef("account")).filter(contact=OuterRef("contact"), channel=OuterRef("channel"))
    earlier = same.filter(granted=True, is_proven=True, occurred_at__lte=OuterRef("occurred_at"))
    return rows.annotate(was_granted=Exists(earlier))


def _state(contact: Contact, channel: str, newest: Consent | None) -> ConsentState:
    address = newest.address if newest and newest.granted else ""
    return ConsentState(channel, newest, "" if address == _meant(contact, channel, granted=True) else address)


@transaction.atomic
def attest(
    *,
    contact: Contact,
    channel: str,
    granted: bool,
    method: str,
    wording: str = "",
    place: str = "",
    wording_version: str = "",
    address: str | None = None,
    is_proven: bool = True,
    occurred_at: datetime | None = None,
    actor: User | None = None,
    now: datetime,
    is_news: bool = True,
) -> Consent:
    """Record a consent or withdrawal that the product itself has witnessed at `occurred_at`, by default at `now`.

    One that is not `is_proven` is evidence of what was said, and counts for nothing until the person confirms it.
    `actor` is the colleague involved, if any. Works for contacts in the trash, too, and checks no permission: that is
    up to the caller. `is_news` False: nothing new for the journal, being replayed from it, or no withdrawal.
    Each call adds a row. Raises NotUnderstood for a consent without wording.
    """
    if granted and not wording.strip():
        raise NotUnderstood(_("Bitte den Wortlaut der Einwilligung angeben."))
    if not granted and is_news:  # a replayed line is in the journal already
        _note(contact, channel, method, now)
    tell_of(notices.Kind.EDITED, contact, actor)
    return Consent.objects.create(
        account_id=contact.account_id,
        contact_id=contact.pk,
        channel=channel,
        granted=granted,
        wording=wording,
        wording_version=wording_version,
        place=place[:MAX_PLACE_LENGTH],
        method=method,
        occurred_at=occurred_at or now,
        address=_meant(contact, channel, granted) if address is None else address.lower(),
        is_proven=is_proven,
        recorded_by=actor,
        recorded_at=now,
    )


def counts(prefix: str = "") -> Q:
    """Return the condition for evidence that counts for the contact's first e-mail address.

    That is each consent given for this address, each without an address (from before they were recorded), but none of
    which it is not proven that the person agreed; and every withdrawal. `prefix` is the lookup that leads from the
    queried model to the consents.
    """
    named = Q(**{f"{prefix}address": Lower(f"{prefix}contact__email")})
    is_for_it = named | Q(**{f"{prefix}granted": False}) | Q(**{f"{prefix}address": ""})
    return is_for_it & Q(**{f"{prefix}is_proven": True})


def _meant(contact: Contact, channel: str, granted: bool) -> str:
    """Return the address or number that evidence is for by default: the first one, or "" (all) for a withdrawal."""
    if not granted:
        return ""
    if channel == Consent.Channel.EMAIL:
        return contact.email.lower()
    return (contact.phone_e164 or contact.phone) if channel == Consent.Channel.PHONE else ""


def _note(contact: Contact, channel: str, method: str, at: datetime) -> None:
    """Write a withdrawal into the journal, which outlives the restore of an older backup."""
    person = journal.person(contact.pk, contact.created_at)
    journal.note(
        journal.WITHDRAWN, office=contact.account_id, at=at, **person, channel=str(channel), method=str(method)
    )


def newest(account_id: int, contact_ids: Collection[int], channel: str) -> dict[int, Consent]:
    """Return the newest evidence of one channel by contact, without contacts that were never asked."""
    rows = Consent.objects.of(account_id).filter(contact__in=contact_ids, channel=channel, is_proven=True)
    found = rows.order_by("contact", "-occurred_at", "-pk").distinct("contact")
    return {row.contact_id: row for row in found}


def evidence(contact: Contact) -> list[Consent]:
    """Return all consents and withdrawals of the contact, the oldest first."""
    rows = with_earlier_grant(Consent.objects.of(contact.account_id).filter(contact=contact)).select_related(
        "recorded_by"
    )
    return list(rows.order_by("occurred_at", "pk"))
