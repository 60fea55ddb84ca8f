"""Double opt-in: a mail asks for consent, a page confirms it, and the evidence is stored.

The address may be a stranger's, so mails to it are limited, and the answer does not reveal whether one was sent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zlib import crc32

from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from base.notices import Kind
from base.refusals import Conflict, NotUnderstood, TooMany
from contacts import consent, finding
from contacts.models import Consent, Contact
from contacts.telling import tell_of
from funnel import permission_panel, tasks
from funnel.letters import imprint, opt_in_mail
from funnel.models import MessageReason, OptIn, Sender
from funnel.permission import eligibility, tokens
from funnel.permission.suppression import is_suppressed

VALID = timedelta(days=opt_in_mail.DAYS_VALID)
MIN_INTERVAL = timedelta(minutes=3)  # between two mails to an address
DAY = timedelta(days=1)
MAX_PER_ADDRESS = 3  # per day
MAX_PER_OFFICE = 200  # requests by an office per day, and as many after inquiries; more would be a mailing
MAX_FROM = 80  # characters
LOCK_CLASS = 4714  # of the advisory locks per address and per office


class LinkState(Enum):
    """What the link of a confirmation mail can still do."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    OBJECTED = "objected"  # an objection or withdrawal came later
    VOID = "void"  # the contact has another address now, or is gone


@dataclass(frozen=True)
class Question:
    """A request for consent, as its page shows it."""

    opt_in: OptIn
    state: LinkState

    @property
    def masked(self) -> str:
        return tokens.mask(self.opt_in.address)


@transaction.atomic
def ask(*, user: User, contact_id: int, now: datetime) -> Contact:
    """Mail the contact a request for consent, unless its address got one within three minutes or three within a day.

    The caller does not learn whether it was sent. Raises what `finding.find` raises, NotUnderstood without a valid
    address or if the office's name makes the mail advertising, Conflict if the address is suppressed, consent exists
    already or the Impressum is incomplete, and TooMany if the office has sent too many requests within a day.
    """
    contact = finding.lock(user, contact_id)
    sender = Sender.objects.of(contact.account_id).get()
    address = contact.email.strip().lower()
    if not eligibility.has_address(address):
        raise NotUnderstood(_("Für die Anfrage fehlt eine gültige E-Mail-Adresse."))
    panel = permission_panel.load(contact)
    if panel.suppression:
        raise Conflict(_("Diese Adresse ist gesperrt: Sie darf nicht angeschrieben werden."))
    if not panel.lacks_consent:
        raise Conflict(_("Die Einwilligung für E-Mails liegt schon vor. Es wurde nichts gesendet."))
    lacking = imprint.missing(sender)
    if lacking:
        sentence = _("Für die Bestätigungsmail fehlt im Impressum: %(fields)s.")
        raise Conflict(sentence % {"fields": ", ".join(lacking)})
    opt_in = OptIn(account=contact.account, contact=contact, address=address, asked_at=now, asked_by=user)
    opt_in.asked_from = _("Seite des Kontakts")
    opt_in.wording = opt_in_mail.wording(contact.account, sender)
    faults = opt_in_mail.faults(opt_in, sender)
    if faults:
        raise NotUnderstood(" ".join(faults))
    _refuse_too_many(contact.account_id, now)
    _send(opt_in)
    return contact


@transaction.atomic
def request(*, contact: Contact, address: str, asked_from: str, now: datetime) -> None:
    """Mail somebody who agreed elsewhere a request to confirm it, within the limits of `ask` and as silent as those.

    Nothing is sent either to an address that is not the contact's first or is suppressed, to somebody whose consent is
    known, or while the office's name or Impressum does not allow such mails. Whoever typed the address may not be the
    person it belongs to: the caller learns nothing, and answers the same each time.
    """
    sender = Sender.objects.of(contact.account_id).get()
    if address != contact.email.strip().lower() or eligibility.missing(contact) != MessageReason.NO_CONSENT:
        return
    opt_in = OptIn(account=contact.account, contact=contact, address=address, asked_at=now)
    opt_in.asked_from = asked_from[:MAX_FROM]
    opt_in.wording = opt_in_mail.wording(contact.account, sender)
    if (
        imprint.missing(sender)
        or opt_in_mail.faults(opt_in, sender)
        or _are_too_many(contact.account_id, now, by_strangers=True)
    ):
        return
    _send(opt_in)


def has_asked_enough_strangers(account_id: int, now: datetime) -> bool:
    """Return whether nobody who inquires is asked to confirm a consent any more, for a day at most."""
    return _have_asked_enough(account_id, now, by_strangers=True)


@transaction.atomic
def ask_again(*, token: str, now: datetime) -> None:
    """Send an expired request again, within the same limits. Does nothing for links that are not expired.

    Raises Http404 for a forged token.
    """
    question = read_link(token=token, now=now)
    if question.state is LinkState.EXPIRED:
        old = question.opt_in
        _send(
            OptIn(
                account=old.account,
                contact=old.contact,
                address=old.address,
                wording=old.wording,
                asked_at=now,
                asked_from=_("Seite eines abgelaufenen Links"),
            )
        )


def read_link(*, token: str, now: datetime) -> Question:
    """Return the request of a link and its state. Raises Http404 if it is forged or the contact was erased."""
    opt_in_id = tokens.read_opt_in(token)
    opt_in = OptIn.objects.filter(pk=opt_in_id).select_related("account__sender", "contact", "asked_by").first()
    if opt_in is None:
        raise Http404
    return Question(opt_in, _state(opt_in, now))


@transaction.atomic
def confirm(*, token: str, now: datetime) -> Question:
    """Confirm a request: record consent for e-mail. Return the request with its new state.

    Changes nothing if the request is confirmed or expired, or the person objected or has another address since. Raises
    what `read_link` raises.
    """
    seen = read_link(token=token, now=now)
    Contact.objects.of(seen.opt_in.account).select_for_update(no_key=True).filter(pk=seen.opt_in.contact_id).first()
    question = read_link(token=token, now=now)  # the contact may have changed while waiting for its lock
    if question.state is not LinkState.OPEN:
        return question
    opt_in = question.opt_in
    consent.attest(
        contact=opt_in.contact,
        channel=Consent.Channel.EMAIL,
        granted=True,
        method=Consent.Method.DOUBLE_OPT_IN,
        wording=opt_in.wording,
        place=_proof(opt_in),
        now=now,
    )
    opt_in.confirmed_at = now
    opt_in.save(update_fields=["confirmed_at"])
    return Question(opt_in, LinkState.CONFIRMED)


def _proof(opt_in: OptIn) -> str:
    """Return who asked when, from where and at which address, to be stored beside the wording."""
    with timezone.override(opt_in.account.zone):
        when = timezone.localtime(opt_in.asked_at).strftime("%d.%m.%Y, %H:%M")
    values = {"when": when, "address": opt_in.address, "place": opt_in.asked_from}
    values["who"] = opt_in.asked_by.full_name if opt_in.asked_by else _("der Person selbst")
    if not opt_in.asked_from:  # older requests lack it
        return _("Bestätigungsseite, angefragt am %(when)s an %(address)s") % values
    return _("Bestätigungsseite, angefragt am %(when)s von %(who)s (%(place)s) an %(address)s") % values


def _state(opt_in: OptIn, now: datetime) -> LinkState:
    if is_suppressed(opt_in.account_id, opt_in.address):
        return LinkState.OBJECTED
    if opt_in.confirmed_at is not None:
        return LinkState.CONFIRMED
    contact = opt_in.contact
    if contact.trashed_at is not None or contact.email.strip().lower() != opt_in.address:
        return LinkState.VOID
    last = consent.newest(opt_in.account_id, [contact.pk], Consent.Channel.EMAIL).get(contact.pk)
    if last is not None and not last.granted and last.occurred_at > opt_in.asked_at:
        return LinkState.OBJECTED
    return LinkState.EXPIRED if now > opt_in.asked_at + VALID else LinkState.OPEN


def _refuse_too_many(account_id: int, now: datetime) -> None:
    """Limit the requests of an office per day: they need no consent, so they could be misused for mailings."""
    if _are_too_many(account_id, now):
        raise TooMany(
            _(
                "Ihr Büro hat in den letzten 24 Stunden schon %d Mal um Einwilligung gebeten. "
                "Bitte fragen Sie morgen weiter; es wurde nichts gesendet."
            )
            % MAX_PER_OFFICE
        )


def _are_too_many(account_id: int, now: datetime, *, by_strangers: bool = False) -> bool:
    """Return whether the office has asked too often within a day, and keep others from asking meanwhile.

    What inquiries of strangers have us ask counts by itself, so that it uses up nothing that colleagues need.
    """
    _lock_counter(str(account_id))
    return _have_asked_enough(account_id, now, by_strangers=by_strangers)


def _have_asked_enough(account_id: int, now: datetime, *, by_strangers: bool) -> bool:
    asked = OptIn.objects.of(account_id).filter(asked_at__gt=now - DAY, asked_by__isnull=by_strangers)
    return asked.count() >= MAX_PER_OFFICE


def _send(opt_in: OptIn) -> None:
    """Store the request and queue its mail, within the limits of its address."""
    _lock_counter(f"{opt_in.account_id}:{opt_in.address}")
    earlier = OptIn.objects.of(opt_in.account).filter(address=opt_in.address, asked_at__gt=opt_in.asked_at - DAY)
    times = list(earlier.values_list("asked_at", flat=True))
    if len(times) >= MAX_PER_ADDRESS or any(time > opt_in.asked_at - MIN_INTERVAL for time in times):
        return
    opt_in.save(force_insert=True)
    tell_of(Kind.MAILED, opt_in.contact, opt_in.asked_by)
    tasks.send_opt_in.defer(opt_in_id=opt_in.pk)


def _lock_counter(what: str) -> None:
    """Serialize counting under this key until the transaction ends."""
    with connection.cursor() as cursor:
        key = crc32(what.encode()) - 2**31
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, key])
